/** The house keeps itself in order: every rule of `README.md` in this folder, on every file of the project. */

import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { cycles } from './cycles.ts'
import { mayImport, roomOf } from './downhill.ts'
import { CODE_FOLDERS, filesBelow, importsOf, ROOT, readSources, type Source, textOf } from './sources.ts'
import {
  anys,
  hiddenExports,
  longFunctions,
  type Rule,
  restrictedGlobals,
  silencedTests,
  undocumentedExports,
  vagueNames,
} from './syntax_rules.ts'

const FILE_LINES_MAX = 400
const sources = readSources()
const shipped = sources.filter(({ isTest }) => !isTest)

/** Fails with one problem a line. */
function none(problems: readonly string[]): void {
  assert.equal(problems.length, 0, `\n${problems.join('\n')}\n`)
}

function hold(rule: Rule, files: readonly Source[]): void {
  none(files.flatMap(rule))
}

test('[T1] imports flow downhill', () => {
  none(
    sources.flatMap((source) => {
      const from = roomOf(source.file)
      if (from === undefined) return [`${source.file} stands in no room: see downhill.ts`]
      return importsOf(source).flatMap(({ target, isOurs, line }) => {
        const to = isOurs && target !== 'package.json' ? roomOf(target) : from
        if (to !== undefined && mayImport(from, to)) return []
        return [`${source.file}:${line} ${from} must not import ${to ?? target}`]
      })
    }),
  )
})

test('[T2] files import one another in no circle', () => {
  const graph = new Map(
    sources.map((source) => [
      source.file,
      importsOf(source).flatMap(({ target, isOurs, isType }) => (isOurs && !isType ? [target] : [])),
    ]),
  )
  none(cycles(graph).map((circle) => [...circle, circle[0]].join(' → ')))
})

test('[T3] what is imported is declared; what is shipped needs nothing of development', () => {
  const { dependencies, devDependencies } = JSON.parse(textOf('package.json'))
  const needed = new Set([...Object.keys(dependencies), ...builtinModules])
  const wanted = new Set([...needed, ...Object.keys(devDependencies)])
  none(
    sources.flatMap((source) =>
      importsOf(source).flatMap(({ target, isOurs, line }) => {
        const name = target
          .replace(/^node:/, '')
          .split('/', target.startsWith('@') ? 2 : 1)
          .join('/')
        const allowed = source.isTest ? wanted : needed
        return isOurs || target.startsWith('node:') || allowed.has(name) ? [] : [`${source.file}:${line} ${target}`]
      }),
    ),
  )
})

test(`[T4] no file is longer than ${FILE_LINES_MAX} lines`, () => {
  none(
    sources.flatMap(({ file, text }) => {
      const lines = text.split('\n').length - 1
      return lines > FILE_LINES_MAX ? [`${file} has ${lines} lines`] : []
    }),
  )
})

test('[T5] no function is too long', () => hold(longFunctions, sources))

test('[T6] nothing is any', () => hold(anys, sources))

test('[T7] every export has a name of its own', () => hold(hiddenExports, sources))

test('[T8] names say something', () => {
  hold(vagueNames, sources)
  const files = CODE_FOLDERS.flatMap(filesBelow)
  none(files.filter((file) => /(?:^|[/_])(?:utils?|helpers?|managers?|misc)(?:[/_.]|$)/.test(file)))
})

test('[T9] time and chance come in through Env', () => {
  const isMain = (file: string) => file === 'component/env.ts' || /^service\/(?:.*\/)?main\.ts$/.test(file)
  hold(
    restrictedGlobals,
    shipped.filter(({ file }) => !isMain(file)),
  )
})

test('[T10] every folder with code says what it is', () => {
  const folders = new Set(sources.map(({ file }) => dirname(file)))
  // The tests of a room stand in a folder of the same name; what it is, the room says.
  const mirrors = [...folders].filter((folder) => folder.startsWith('test/') && existsSync(join(ROOT, folder.slice(5))))
  none([...folders].filter((folder) => !mirrors.includes(folder) && !existsSync(join(ROOT, folder, 'README.md'))))
})

test('[T11] nothing is left for later', () => {
  const later = new RegExp(`\\b(?:${['TO', 'FIX'].map((word, i) => word + ['DO', 'ME'][i]).join('|')})\\b`)
  const files = filesBelow('.').filter((file) => /\.(?:ts|mjs|md|json|proto|ya?ml)$/.test(file) && !ignored(file))
  none(files.flatMap((file) => linesWith(file, later)))
})

test('[T12] every export is documented', () => hold(undocumentedExports, shipped))

test('[T13] nothing new at the top', () => {
  const known = [
    ...CODE_FOLDERS,
    'charts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'biome.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
  ]
  const isKnown = (name: string) => known.includes(name) || name.startsWith('.') || ignored(name)
  none(readdirSync(ROOT).filter((name) => !isKnown(name)))
})

test('[T14] the lock file names no host', () => {
  none(linesWith('package-lock.json', /"resolved"/))
})

test('[T15] no test is silenced', () =>
  hold(
    silencedTests,
    sources.filter(({ isTest }) => isTest),
  ))

test('[T16] the text knows no machine that it was written on', () => {
  const place = new RegExp(`(?:^|[\\s'"\`(=])/(?:${['work', 'root', 'home'].join('|')})/[\\w.-]`)
  const files = filesBelow('.').filter((file) => /\.(?:ts|mjs|md|json|proto|ya?ml|sh)$/.test(file) && !ignored(file))
  none(files.flatMap((file) => linesWith(file, place)))
})

/** What installing, building and measuring make. */
function ignored(name: string): boolean {
  const patterns = textOf('.gitignore').split('\n').filter(Boolean)
  return patterns.some((pattern) =>
    pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name.split('/').includes(pattern.replace(/\/$/, '')),
  )
}

function linesWith(file: string, pattern: RegExp): readonly string[] {
  return textOf(file)
    .split('\n')
    .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1} ${line.trim().slice(0, 120)}`] : []))
}
