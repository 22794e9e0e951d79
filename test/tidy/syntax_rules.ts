/** What is looked for in the syntax of one file. Each rule gives `file:line what`, one for each place. */

import ts from 'typescript'
import { lineOf, type Source, visit } from './sources.ts'

/** A rule on one file. */
export type Rule = (source: Source) => readonly string[]

/** The longest function, lines. */
export const FUNCTION_LINES_MAX = 70

function collect(source: Source, problemOf: (node: ts.Node) => string | undefined): readonly string[] {
  const problems: string[] = []
  visit(source.tree, (node) => {
    const problem = problemOf(node)
    if (problem !== undefined) problems.push(`${source.file}:${lineOf(source.tree, node)} ${problem}`)
  })
  return problems
}

/** Functions of any kind that are too long. */
export const longFunctions: Rule = (source) =>
  collect(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return undefined
    const start = lineOf(source.tree, node)
    const end = source.tree.getLineAndCharacterOfPosition(node.getEnd()).line + 1
    const lines = end - start + 1
    return lines > FUNCTION_LINES_MAX ? `${node.name?.getText() ?? 'a function'} has ${lines} lines` : undefined
  })

/** The type `any`. */
export const anys: Rule = (source) =>
  collect(source, (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : undefined))

/** `export *` and default exports: both hide who uses what. */
export const hiddenExports: Rule = (source) =>
  collect(source, (node) => {
    if (ts.isExportDeclaration(node) && (!node.exportClause || ts.isNamespaceExport(node.exportClause)))
      return 'export *'
    if (ts.isExportAssignment(node)) return 'default export'
    if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) {
      return 'default export'
    }
    return undefined
  })

const VAGUE_NAME = /(?:utils?|helpers?|managers?)$/i

/** Names of things that say nothing. */
export const vagueNames: Rule = (source) =>
  collect(source, (node) => {
    const isDeclaration =
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isVariableDeclaration(node)
    const name = isDeclaration ? node.name?.getText() : undefined
    return name !== undefined && VAGUE_NAME.test(name) ? `the name ${name} says nothing` : undefined
  })

/** Time and chance that are not arguments. */
const CLOCK_AND_CHANCE = new Set([
  'Date.now',
  'performance.now',
  'Math.random',
  'crypto.randomUUID',
  'process.hrtime',
  'process.hrtime.bigint',
])
const TIMERS = new Set(['setTimeout', 'setInterval', 'randomUUID', 'Date'])

/** Calls that ask the machine for time or chance instead of the `Env`. */
export const restrictedGlobals: Rule = (source) =>
  collect(source, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()'
    if (!ts.isCallExpression(node)) return undefined
    const name = node.expression.getText()
    return CLOCK_AND_CHANCE.has(name) || TIMERS.has(name) ? name : undefined
  })

/** Exports without a doc comment. Constants directly below one another may share that of the first. */
export const undocumentedExports: Rule = (source) => {
  const problems: string[] = []
  let documentedUntil = -1
  for (const statement of source.tree.statements) {
    const line = lineOf(source.tree, statement)
    const isDocumented = ts.getJSDocCommentsAndTags(statement).length > 0
    const isShared = ts.isVariableStatement(statement) && line === documentedUntil + 1
    if (isDocumented || isShared) {
      documentedUntil = source.tree.getLineAndCharacterOfPosition(statement.getEnd()).line + 1
    } else if (isExported(statement) && !isOverload(statement)) {
      problems.push(`${source.file}:${line} ${firstLine(statement)}`)
    }
  }
  return problems
}

function isExported(statement: ts.Statement): boolean {
  if (!ts.canHaveModifiers(statement)) return false
  return ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false
}

/** The body of an overloaded function is documented at its signatures. */
function isOverload(statement: ts.Statement): boolean {
  if (!ts.isFunctionDeclaration(statement)) return false
  const { name } = statement
  const siblings = statement.getSourceFile().statements
  return siblings.some(
    (other) => other !== statement && ts.isFunctionDeclaration(other) && other.name?.text === name?.text,
  )
}

function firstLine(node: ts.Node): string {
  return node.getText().split('\n')[0]!.slice(0, 80)
}

const RUNNERS = new Set(['test', 'it', 'describe', 'suite'])

/** Tests that keep others from running, and tests that do not run without saying why. */
export const silencedTests: Rule = (source) =>
  collect(source, (node) => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression, name } = node.expression
      if (RUNNERS.has(expression.getText()) && ['only', 'skip', 'todo'].includes(name.text))
        return node.expression.getText()
      if (name.text === 'skip' && node.arguments.length === 0) return 'a skip without a reason'
    }
    if (!ts.isPropertyAssignment(node)) return undefined
    const [name, value] = [node.name.getText(), node.initializer.kind]
    if (name === 'only' && value === ts.SyntaxKind.TrueKeyword) return 'only: true'
    return (name === 'skip' || name === 'todo') && value === ts.SyntaxKind.TrueKeyword
      ? `${name} without a reason`
      : undefined
  })
