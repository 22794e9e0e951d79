import { z } from 'zod'
import { block } from '../../component/block.ts'

/** Nothing can be said to it. */
export const nopConfig = block(z.strictObject({}))

export type NopConfig = z.output<typeof nopConfig>
