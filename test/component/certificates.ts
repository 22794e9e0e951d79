/** Certificates for tests, made on the spot by openssl: an authority, a server for localhost, a client. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  readonly folder: string
  readonly ca: string
  readonly server: { readonly cert: string; readonly key: string }
  readonly client: { readonly cert: string; readonly key: string }
  /** Writes a new server certificate of the same authority over the old one. */
  renewServer(): void
  read(path: string): Buffer
  remove(): void
}

/** Paths of fresh files in a folder of their own; `undefined` where there is no openssl. */
export function makeCertificates(): Certificates | undefined {
  if (!hasOpenssl()) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'leakmesh-certificates-'))
  const at = (name: string) => join(folder, name)
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { cwd: folder, stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=leakmesh tests')
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const issue = (name: string) => {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
    const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names']
    openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.crt`, '-days', '2')
    return { cert: at(`${name}.crt`), key: at(`${name}.key`) }
  }
  return {
    folder,
    ca: at('ca.crt'),
    server: issue('server'),
    client: issue('client'),
    renewServer: () => issue('server'),
    read: (path) => readFileSync(path),
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** Why a test of TLS does not run here; `false` when it does. For the `skip` of a test. */
export function withoutOpenssl(): string | false {
  return hasOpenssl() ? false : 'there is no openssl on this machine to make certificates with'
}

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}
