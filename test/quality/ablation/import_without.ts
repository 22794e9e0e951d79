/**
 * A copy of the product in which some files are others. Modules are known by their URL: with a query of its own each file
 * is loaded once more, and what it imports inherits the query, until a file is reached that a stand-in is there for.
 */
import { type ResolveHookContext, registerHooks } from 'node:module'

/** Stand-ins of one copy: URL of the file => URL of its stand-in. */
type StandIns = ReadonlyMap<string, string>

interface Copy {
  readonly standIns: StandIns
  /** Files for which a stand-in was imported. */
  readonly replaced: Set<string>
}

const QUERY = 'without'
const copies = new Map<string, Copy>()

/**
 * Imports a module and everything below it anew, with stand-ins in their places; a stand-in may import what it stands in
 * for. Throws when nothing below the module imports one of the replaced files.
 *
 * @param name tells copies apart; the same name gives the same copy.
 */
export async function importWithout(name: string, module: URL, standIns: StandIns): Promise<unknown> {
  if (copies.size === 0) registerHooks({ resolve })
  const copy = copies.get(name) ?? { standIns, replaced: new Set() }
  copies.set(name, copy)
  const loaded: unknown = await import(`${module.href}?${QUERY}=${name}`)
  const unused = [...standIns.keys()].filter((file) => !copy.replaced.has(file))
  if (unused.length > 0) throw new Error(`${name}: nothing imports ${unused.join(', ')}`)
  return loaded
}

type Resolve = NonNullable<Parameters<typeof registerHooks>[0]['resolve']>

const resolve: Resolve = (specifier, context, next) => {
  const resolved = next(specifier, context)
  const name = copyOf(context)
  const copy = name === undefined ? undefined : copies.get(name)
  if (copy === undefined || !isOwn(resolved.url)) return resolved
  const standIn = copy.standIns.get(resolved.url)
  const asksForOriginal = standIn !== undefined && context.parentURL === `${standIn}?${QUERY}=${name}`
  if (standIn === undefined || asksForOriginal) return { ...resolved, url: `${resolved.url}?${QUERY}=${name}` }
  copy.replaced.add(resolved.url)
  return { ...resolved, url: `${standIn}?${QUERY}=${name}` }
}

function copyOf({ parentURL }: ResolveHookContext): string | undefined {
  return parentURL === undefined ? undefined : (new URL(parentURL).searchParams.get(QUERY) ?? undefined)
}

/** Libraries are shared by all copies. */
function isOwn(url: string): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/')
}
