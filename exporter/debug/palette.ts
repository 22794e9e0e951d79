/** Colours for a terminal; each function gives the text as it is where there is none. */
export interface Palette {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

/** Gives a text its colour. */
export type Paint = (text: string) => string

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** The text as it is. */
export const plain: Palette = paints(() => (text) => text)

/** Colours by the escape sequences that terminals know. */
export const coloured: Palette = paints((code) => (text) => `\u001b[${code}m${text}\u001b[0m`)

function paints(paint: (code: number) => Paint): Palette {
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    cyan: paint(CODES.cyan),
  }
}

/** What of the process's environment decides on colour. */
export interface ColourHints {
  readonly NO_COLOR?: string | undefined
  readonly FORCE_COLOR?: string | undefined
  readonly TERM?: string | undefined
}

/**
 * `NO_COLOR` (no-color.org) forbids colour whatever else is said, `FORCE_COLOR` asks for it, otherwise a terminal has
 * it and all else has not.
 */
export function paletteFor(isTerminal: boolean, { NO_COLOR, FORCE_COLOR, TERM }: ColourHints): Palette {
  if (NO_COLOR) return plain
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '') return FORCE_COLOR === '0' ? plain : coloured
  return isTerminal && TERM !== 'dumb' ? coloured : plain
}
