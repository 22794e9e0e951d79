/** `npm run demo`: a shop of real processes, one of which leaks under one of its callers, watched by leakmesh. */

import { runDemo } from './demo.ts'
import { parseOptions, USAGE } from './options.ts'

const options = parseOptions(process.argv.slice(2))
if (options === 'help') {
  process.stdout.write(`${USAGE}\n`)
} else if ('wrong' in options) {
  process.stderr.write(`${options.wrong}\n\n${USAGE}\n`)
  process.exitCode = 2
} else {
  process.exit(await runDemo(options))
}
