/** How many edits apart two names may be and still be taken for a slip of the fingers. */
const EDITS_MAX = 3

/**
 * The known name that was probably meant, or undefined when nothing is near.
 *
 * @example nearest('endpointt', ['endpoint', 'tls']) // => 'endpoint'
 */
export function nearest(written: string, known: Iterable<string>): string | undefined {
  const limit = Math.min(EDITS_MAX, Math.max(1, Math.floor(written.length / 3)))
  let best: string | undefined
  let bestEdits = limit + 1
  for (const name of known) {
    const edits = editsBetween(normal(written), normal(name))
    if (edits < bestEdits) [best, bestEdits] = [name, edits]
  }
  return best
}

/** `did you mean "x"?`, or the list of what there is when it is short, or nothing. */
export function suggestion(written: string, known: readonly string[]): string | undefined {
  const near = nearest(written, known)
  if (near !== undefined) return `did you mean "${near}"?`
  return known.length > 0 && known.length <= 40 ? `known here: ${known.toSorted().join(', ')}` : undefined
}

function normal(name: string): string {
  return name.toLowerCase().replaceAll('-', '_')
}

/** Restricted Damerau-Levenshtein distance: insertions, deletions, substitutions, swaps of neighbours. */
function editsBetween(a: string, b: string): number {
  let twoAgo: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let edits = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, twoAgo[j - 2]! + 1)
      row.push(edits)
    }
    twoAgo = previous
    previous = row
  }
  return previous[b.length]!
}
