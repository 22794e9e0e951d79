#!/usr/bin/env node
/**
 * The command `leakmesh`. Runs on any Node from 18 on and hands over to one that is new enough: the one that runs
 * this, or the one that came with the package. Plain JavaScript, because old Nodes read nothing else.
 */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allocatorEnv, v8Flags } from './memory_settings.mjs'

/** zstd, process.execve and the type stripping we rely on are in Node from here on. */
const NODE_MIN = [22, 15]

const here = dirname(fileURLToPath(import.meta.url))
const require = createRequire(import.meta.url)

function newEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])
}

/** The Node that npm installed beside us, wherever it put it. */
function bundledNode() {
  const name = `node-${process.platform}-${process.arch}`
  try {
    const executable = join(dirname(require.resolve(`${name}/package.json`)), 'bin', 'node')
    return existsSync(executable) ? executable : undefined
  } catch {
    return undefined
  }
}

/** The sources in a clone; what was built of them in a package, where Node reads no TypeScript. */
function program() {
  const source = join(here, 'main.ts')
  return existsSync(source) ? source : join(here, '..', 'dist', 'service', 'main.js')
}

function main() {
  const { node: version } = process.versions
  const node = newEnough(version) ? process.execPath : bundledNode()
  if (node === undefined) {
    const wanted = NODE_MIN.join('.')
    process.stderr.write(
      `leakmesh needs Node ${wanted} or newer, this is ${version}, and none came with the package ` +
        `for ${process.platform}-${process.arch} (were optional dependencies left out?)\n`,
    )
    process.exit(1)
  }
  const args = [...v8Flags(process.env, process.execArgv), program(), ...process.argv.slice(2)]
  if (typeof process.execve === 'function') become(node, args)
  runAsChild(node, args)
}

/** One process instead of two: signals and memory are then the program's own. */
function become(node, args) {
  process.removeAllListeners('warning')
  try {
    process.execve(node, [node, ...args], allocatorEnv(process.env))
  } catch {
    // Not on this platform: a child does as well.
  }
}

function runAsChild(node, args) {
  const child = spawn(node, args, { stdio: 'inherit', env: allocatorEnv(process.env) })
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the child as well; told twice, the child would not wait for what is under way.
      if (signal === 'SIGINT' && process.stdin.isTTY) return
      child.kill(signal)
    })
  }
  child.on('error', (error) => {
    process.stderr.write(`leakmesh: ${node}: ${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

main()
