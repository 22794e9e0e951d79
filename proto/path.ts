/**
 * Raw paths are endless, routes are few. What looks like the name of one thing (a number, a UUID, a hash, a date, an
 * address, anything long or full of digits) becomes `:id`; what looks like a word stays.
 */

/** At most so many segments are kept: deeper paths end in `*`. */
export const PATH_SEGMENTS_MAX = 6
const SEGMENT_CHARS_MAX = 40
const WORD = /^[A-Za-z][A-Za-z_.-]*[0-9]{0,2}$/
const VERSION = /^v[0-9]{1,3}$/
const HEX_RUN = /^[0-9a-f]{8,}$/i

/**
 * The route that a path probably has. Takes `http.target` or `url.path`, query and fragment included.
 *
 * @example templatePath('/cart/8231/items?page=2') // => '/cart/:id/items'
 */
export function templatePath(path: string): string {
  const end = path.search(/[?#;]/)
  const bare = end < 0 ? path : path.slice(0, end)
  const segments = bare.split('/').filter((segment) => segment !== '')
  const kept = segments.slice(0, PATH_SEGMENTS_MAX).map((segment) => (isName(segment) ? ':id' : segment))
  if (segments.length > PATH_SEGMENTS_MAX) kept.push('*')
  return `/${kept.join('/')}`
}

function isName(segment: string): boolean {
  if (segment.length > SEGMENT_CHARS_MAX) return true
  if (VERSION.test(segment)) return false
  return !WORD.test(segment) || HEX_RUN.test(segment)
}
