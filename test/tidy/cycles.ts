/**
 * Circles in a graph: each as the list of its nodes, smallest name first, each circle once.
 *
 * @param graph for each node those it leads to.
 * @example cycles(new Map([['a', ['b']], ['b', ['a']]])) // => [['a', 'b']]
 */
export function cycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const state = new Map<string, 'open' | 'done'>()
  const path: string[] = []
  const found = new Map<string, readonly string[]>()

  function walk(node: string): void {
    if (state.get(node) === 'done') return
    if (state.get(node) === 'open') {
      const circle = path.slice(path.indexOf(node))
      const first = circle.indexOf(circle.toSorted()[0]!)
      const turned = [...circle.slice(first), ...circle.slice(0, first)]
      found.set(turned.join(), turned)
      return
    }
    state.set(node, 'open')
    path.push(node)
    for (const next of graph.get(node) ?? []) walk(next)
    path.pop()
    state.set(node, 'done')
  }

  for (const node of graph.keys()) walk(node)
  return [...found.values()]
}
