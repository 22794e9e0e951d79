import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { AppendFile, type FileRules, type OpenFile } from '../../../exporter/file/append_file.ts'

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'append-file-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'out.json')
}

const rules = (path: string, more: Partial<FileRules> = {}): FileRules => ({
  path,
  truncate: false,
  shared: false,
  mode: 0o644,
  separator: Buffer.from('\n'),
  ...more,
})

/** A disk with room for so many more bytes; `truncates` false: nor can files be cut. */
function smallDisk(disk: { room: number; truncates?: boolean }): OpenFile {
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  return async (...how) => {
    const handle = await open(...how)
    const write = async (bytes: Uint8Array, offset: number) => {
      const size = Math.min(disk.room, bytes.length - offset)
      if (size === 0) throw full()
      disk.room -= size
      return handle.write(bytes, offset, size)
    }
    const truncate = async (bytes: number) => {
      if (disk.truncates === false) throw full()
      return handle.truncate(bytes)
    }
    return { write, truncate, stat: () => handle.stat(), close: () => handle.close() } as unknown as FileHandle
  }
}

test('[F2] a record that does not fit is not there at all; with room again it goes on', async (t) => {
  const path = scratch(t)
  const disk = { room: 10 }
  const file = new AppendFile(rules(path), smallDisk(disk))
  assert.deepEqual(await file.append(Buffer.from('first\n')), { ok: true })
  const second = await file.append(Buffer.from('second\n'))
  assert.equal(!second.ok && second.code, 'ENOSPC')
  assert.equal(readFileSync(path, 'utf8'), 'first\n')
  disk.room = 100
  assert.deepEqual(await file.append(Buffer.from('second\n')), { ok: true })
  assert.equal(readFileSync(path, 'utf8'), 'first\nsecond\n')
  await file.close()
})

test('[F2] a torn record that cannot be cut away ends with a line of its own', async (t) => {
  const path = scratch(t)
  const disk = { room: 10, truncates: false }
  const file = new AppendFile(rules(path), smallDisk(disk))
  await file.append(Buffer.from('first\n'))
  await file.append(Buffer.from('second\n'))
  disk.room = 100
  await file.append(Buffer.from('third\n'))
  await file.append(Buffer.from('fourth\n'))
  assert.equal(readFileSync(path, 'utf8'), 'first\nseco\nthird\nfourth\n')
  await file.close()
})

test('[F2] whatever room there is: the file holds exactly the records that were taken', async (t) => {
  const path = scratch(t)
  const step = fc.record({ length: fc.integer({ min: 1, max: 20 }), room: fc.nat(40) })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      writeFileSync(path, '')
      const disk = { room: 0 }
      const file = new AppendFile(rules(path), smallDisk(disk))
      let taken = ''
      for (const [i, { length, room }] of steps.entries()) {
        disk.room = room
        const record = `${String.fromCharCode(97 + i).repeat(length)}\n`
        if ((await file.append(Buffer.from(record))).ok) taken += record
      }
      await file.close()
      assert.equal(readFileSync(path, 'utf8'), taken)
    }),
    { numRuns: 40 },
  )
})

test('[F2] the real full disk of this machine', async (t) => {
  const file = new AppendFile(rules('/dev/full'))
  const written = await file.append(Buffer.from('x\n')).finally(() => file.close())
  if (!written.ok && written.code === 'ENOENT') return t.skip('no /dev/full here')
  assert.equal(!written.ok && written.code, 'ENOSPC')
})

test('[F2] a directory that is gone is an answer; when it is back the file is found again', async (t) => {
  const path = scratch(t)
  const file = new AppendFile(rules(join(path, 'deep', 'out.json')))
  const written = await file.append(Buffer.from('x\n'))
  assert.equal(!written.ok && written.code, 'ENOENT')
  const making = new AppendFile(rules(join(path, 'deep', 'out.json'), { directoryMode: 0o755 }))
  assert.deepEqual(await making.append(Buffer.from('x\n')), { ok: true })
  assert.deepEqual(await file.append(Buffer.from('y\n')), { ok: true })
  assert.equal(readFileSync(join(path, 'deep', 'out.json'), 'utf8'), 'x\ny\n')
  await making.close()
  await file.close()
})

test('[F3] emptied at the first opening only, and only when asked to', async (t) => {
  const path = scratch(t)
  writeFileSync(path, 'old\n')
  const keeping = new AppendFile(rules(path))
  await keeping.append(Buffer.from('new\n'))
  await keeping.close()
  assert.equal(readFileSync(path, 'utf8'), 'old\nnew\n')
  const emptying = new AppendFile(rules(path, { truncate: true }))
  await emptying.ready()
  assert.equal(readFileSync(path, 'utf8'), '')
  await emptying.append(Buffer.from('a\n'))
  await emptying.close()
  await emptying.append(Buffer.from('b\n'))
  await emptying.close()
  assert.equal(readFileSync(path, 'utf8'), 'a\nb\n')
})

test('[F5] of several threads, one that did not put the file aside follows to the new one', async (t) => {
  const path = scratch(t)
  const file = new AppendFile(rules(path, { shared: true }))
  await file.append(Buffer.from('old\n'))
  renameSync(path, `${path}.aside`)
  await file.append(Buffer.from('new\n'))
  await file.close()
  assert.equal(readFileSync(`${path}.aside`, 'utf8'), 'old\n')
  assert.equal(readFileSync(path, 'utf8'), 'new\n')
})
