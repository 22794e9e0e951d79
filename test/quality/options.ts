/** What may be said to `npm run bench:quality`. */
import { Command, InvalidArgumentError, Option } from 'commander'

/** As on the command line: most numbers are still text. */
export interface Options {
  readonly seeds: 'development' | 'reported'
  readonly rounds: string
  readonly skip: string
  readonly scenario?: readonly string[]
  readonly severity?: readonly string[]
  readonly disturbance?: string
  readonly step?: number
  readonly services?: number
  readonly pair?: 'sampling'
  readonly alone?: boolean
  readonly ablate?: boolean
  readonly ablation?: readonly string[]
  readonly threads?: string
  readonly out?: string
  readonly scores?: string
  readonly from?: readonly string[]
  readonly html?: string
  readonly base?: string
}

/** Reads the command line; ends the process where it cannot be read. */
export function readOptions(): Options {
  return new Command('bench:quality')
    .description('Plays simulated shops to the detector and to what others run, and scores what they say')
    .addOption(new Option('--seeds <list>').choices(['development', 'reported']).default('development'))
    .option('--rounds <n>', 'seeds taken of the list', '1')
    .option('--skip <n>', 'seeds left out before', '0')
    .option('--scenario <numbers...>', 'only these')
    .option('--severity <numbers...>', 'only these, 1 to 5')
    .option('--disturbance <name>', 'all cases under this one')
    .option('--step <seconds>', "interval of export, in place of the story's own", positive)
    .option('--services <n>', "size of the shops, in place of the story's own", positive)
    .addOption(
      new Option('--pair <name>', 'each case twice, ours only: with all traces, and with 1 %').choices(['sampling']),
    )
    .option('--alone', 'without the others')
    .option('--ablate', 'ours again, with each part left out in turn')
    .option('--ablation <names...>', 'ours again, with these parts left out in turn')
    .option('--threads <n>', 'cases watched at the same time')
    .option('--out <file>', 'keeps the figures as JSON')
    .option('--scores <file>', 'keeps all scores as JSON lines')
    .addOption(
      new Option('--from <files...>', 'plays nothing: reports what --scores kept').conflicts([
        'pair',
        'scores',
        'html',
      ]),
    )
    .option('--html <file>', 'draws every case')
    .option('--base <file>', 'compares with figures kept by --out')
    .parse()
    .opts<Options>()
}

function positive(text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('must be a positive number.')
  return number
}
