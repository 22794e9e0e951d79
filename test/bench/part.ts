/** How large the benchmarks are. */
export interface Size {
  readonly rounds: number
  readonly smoke: boolean
  /** The sizes that take minutes as well. */
  readonly full: boolean
  /** File for a picture, where the part draws one. */
  readonly svg?: string
}

/** A bar beside what was measured. */
export function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED'
}
