import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** The project's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Folders that hold code. */
export const CODE_FOLDERS = [
  'receiver',
  'processor',
  'exporter',
  'proto',
  'component',
  'connector',
  'extension',
  'service',
  'test',
]

/** A file of code. Names are relative to the project, with `/`. */
export interface Source {
  readonly file: string
  readonly text: string
  readonly tree: ts.SourceFile
  readonly isTest: boolean
}

/** All files below a folder of the project, named from its root; what installing and building make is left out. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === '.' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return ['node_modules', 'dist', '.git'].includes(entry.name) ? [] : filesBelow(name)
    return entry.isFile() ? [name] : []
  })
}

/** The text of a file, named from the root. */
export function textOf(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Every TypeScript file of the project, parsed. */
export function readSources(): readonly Source[] {
  return CODE_FOLDERS.flatMap(filesBelow)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => {
      const text = textOf(file)
      return {
        file,
        text,
        tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true),
        isTest: file.startsWith('test/'),
      }
    })
}

/** A module that a file imports from: `target` is a file of the project, or a package's name as written. */
export interface Import {
  readonly target: string
  readonly isOurs: boolean
  /** Gone when it runs. */
  readonly isType: boolean
  readonly line: number
}

/** Static and dynamic imports and re-exports. */
export function importsOf({ file, tree }: Source): readonly Import[] {
  const found: Import[] = []
  visit(tree, (node) => {
    const specifier = specifierOf(node)
    if (specifier === undefined) return
    const isOurs = specifier.startsWith('.')
    const target = isOurs ? relative(ROOT, join(ROOT, dirname(file), specifier)).replaceAll('\\', '/') : specifier
    found.push({ target, isOurs, isType: isTypeOnly(node), line: lineOf(tree, node) })
  })
  return found
}

function specifierOf(node: ts.Node): string | undefined {
  const literal =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : undefined
  return literal && ts.isStringLiteral(literal) ? literal.text : undefined
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  if (!ts.isImportDeclaration(node) || !node.importClause) return false
  const { phaseModifier, name, namedBindings } = node.importClause
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  return (
    !name &&
    !!namedBindings &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  )
}

/** Every node of a tree, parents before children. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => visit(child, see))
}

/** The line on which a node starts, from 1. */
export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}
