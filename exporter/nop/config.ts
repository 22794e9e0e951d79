import { z } from 'zod'
import { block } from '../../component/block.ts'

/** Nothing can be said to it. */
export const nopConfig = block(z.strictObject({}))

/** Empty. */
export type NopConfig = z.output<typeof nopConfig>
