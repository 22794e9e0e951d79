import { type Issue, renderIssue } from '../config/issue.ts'

/** Where the command line writes; a process's own streams but in tests. */
export interface Streams {
  out(text: string): void
  err(text: string): void
}

/** The process's own standard output and standard error. */
export const processStreams: Streams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
}

/** All that is wrong with a configuration, as the Collector begins to say it; one line each. */
export function issuesText(issues: readonly Issue[]): string {
  const head =
    'Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):'
  return `${head}\n\n${issues.map(renderIssue).join('\n')}\n`
}
