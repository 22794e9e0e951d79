/** First in, first out, without moving what remains at every step. Bounding it is the owner's business. */
export interface Fifo<Item> {
  readonly length: number
  push(item: Item): void
  /** The oldest, or `undefined`. Stays where it is. */
  peek(): Item | undefined
  /** Takes the oldest out. */
  shift(): Item | undefined
}

const COMPACT_FROM = 64

/** An empty one. */
export function createFifo<Item>(): Fifo<Item> {
  let items: (Item | undefined)[] = []
  let head = 0
  return {
    get length() {
      return items.length - head
    },
    push(item) {
      items.push(item)
    },
    peek: () => items[head],
    shift() {
      const item = items[head]
      if (head === items.length) return undefined
      items[head] = undefined
      head += 1
      if (head >= COMPACT_FROM && head * 2 >= items.length) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
  }
}
