/** Bytes of requests that have come in and are not answered yet: a limit, so that many senders cannot fill the memory. */
export interface Budget {
  /** Takes so many bytes, or nothing and `false` when that would exceed the limit. */
  take(bytes: number): boolean
  release(bytes: number): void
  readonly takenBytes: number
  readonly maxBytes: number
}

/** Nothing is taken yet. */
export function createBudget(maxBytes: number): Budget {
  let takenBytes = 0
  return {
    maxBytes,
    get takenBytes() {
      return takenBytes
    },
    take(bytes) {
      if (takenBytes + bytes > maxBytes) return false
      takenBytes += bytes
      return true
    },
    release(bytes) {
      takenBytes -= bytes
    },
  }
}

/** What one request has taken, so that it is given back once, whatever happens to the request. */
export interface Share {
  take(bytes: number): boolean
  releaseAll(): void
}

/** A share for one request that has just begun. */
export function shareOf(budget: Budget): Share {
  let heldBytes = 0
  return {
    take(bytes) {
      if (!budget.take(bytes)) return false
      heldBytes += bytes
      return true
    },
    releaseAll() {
      budget.release(heldBytes)
      heldBytes = 0
    },
  }
}
