import { z } from 'zod'
import { block } from '../../component/block.ts'

/** Nothing can be said to it. */
export const forwardConfig = block(z.strictObject({}))

/** Empty. */
export type ForwardConfig = z.output<typeof forwardConfig>
