/**
 * The finding in one plain sentence: what leaks, how fast, since when, how long it can go on, whose doing it is, where.
 * It is the body of the log record, the status of the trace and the warning that the leaking service reads of itself.
 */
import type { Candidate } from '../attribute/attribution.ts'
import {
  bestAttributed,
  culpritOf,
  type Finding,
  type FindingReason,
  isBytes,
  nearestLimit,
  type Symptom,
  timeLeft,
} from './finding.ts'
import { byteRate, bytes, duration, durationRange, itemRate, moment, number, percent, RESOURCE_WORDS } from './units.ts'

/** Calls from nobody that sends telemetry. */
export const OUTSIDE = 'outside'

/** Callers or operations beyond so many are only counted. */
const NAMES_MAX = 3

/**
 * @example sentence(finding)
 * // => 'cart: memory leaks about 18 MiB/h since 09:41 UTC (deploy 2.3.1); limit reached in about 6 h (4–9 h); 78 % tied
 * //     to POST /cart called by frontend (412 B kept per call); 3 of 3 instances.'
 */
export function sentence(finding: Finding): string {
  // Names come from strangers' telemetry, and the sentence goes into logs line by line.
  return `${finding.carrier.service}: ${clauses(finding)}.`.replaceAll(/\p{Cc}+/gu, ' ')
}

function clauses(finding: Finding): string {
  switch (finding.state) {
    case 'resolved':
      return resolved(finding)
    case 'suppressed':
      return suppressed(finding)
    case 'suspected':
    case 'open':
    case 'critical':
      return live(finding)
  }
}

function live(finding: Finding): string {
  const said = [leaks(finding), hits(finding), limit(finding), cause(finding), spread(finding), instances(finding)]
  return said.filter((clause) => clause !== '').join('; ')
}

function leaks(finding: Finding): string {
  const { carrier, state } = finding
  const verb = isBytes(carrier.resource) ? 'leaks' : 'leak'
  const said = state === 'suspected' ? `may be leaking about` : `${verb} about`
  return `${RESOURCE_WORDS[carrier.resource].many} ${said} ${rate(carrier)} since ${since(finding)}`
}

function rate({ resource, verdict }: Symptom): string {
  const { value } = verdict.growth.rate
  return isBytes(resource) ? byteRate(value) : itemRate(value)
}

function since({ carrier, atMs }: Finding): string {
  const deploy = carrier.previousVersion !== undefined ? ` (deploy ${carrier.version})` : ''
  return moment(carrier.verdict.growth.onsetMs.value, atMs) + deploy
}

function hits({ exhaustions }: Finding): string {
  if (exhaustions === 0) return ''
  return `limit hit ${exhaustions === 1 ? 'once' : `${exhaustions} times`} since`
}

function limit(finding: Finding): string {
  const nearest = nearestLimit(finding)
  const left = timeLeft(nearest)
  if (left === undefined) return nearest.limit === undefined ? 'no limit known' : 'time left not known yet'
  const of = nearest.resource === finding.carrier.resource ? '' : ` of ${RESOURCE_WORDS[nearest.resource].many}`
  if (left.value <= 0) return `limit${of} reached`
  return `limit${of} reached in about ${duration(left.value)} (${durationRange(left)})`
}

function cause(finding: Finding): string {
  const { attribution } = bestAttributed(finding)
  switch (attribution?.kind) {
    case 'request_driven':
      return `${tied(finding)} called ${calledBy(attribution.culprit)} (${kept(finding)})`
    case 'operation_only':
      return `${tied(finding)} (${kept(finding)}), callers not told apart: ${oneOf(attribution.remaining.map(caller))}`
    case 'time_driven':
      return 'grows with time, not with calls'
    case 'unknown': {
      const names = attribution.remaining.map(({ operation }) => operation)
      return names.length === 0 ? 'not tied to any call' : `cause not told apart: ${oneOf(names)}`
    }
    case undefined:
      return ''
  }
}

function tied(finding: Finding): string {
  const { share, operation } = culpritOf(finding)!
  return `${percent(share)} tied to ${operation}`
}

function calledBy({ callerService }: Candidate): string {
  return callerService === '' ? `from ${OUTSIDE}` : `by ${callerService}`
}

function caller({ callerService }: Candidate): string {
  return callerService === '' ? OUTSIDE : callerService
}

function kept(finding: Finding): string {
  const { perCall, measuredOn } = culpritOf(finding)!
  if (isBytes(measuredOn)) return `${bytes(perCall.value)} kept per call`
  const { one, many } = RESOURCE_WORDS[measuredOn]
  const count = number(perCall.value)
  return `${count} ${count === '1' ? one : many} kept per call`
}

/** Each name once, in the order given. */
function oneOf(names: readonly string[]): string {
  const unique = [...new Set(names)]
  const shown = unique.slice(0, NAMES_MAX)
  const more = unique.length - shown.length
  const parts = more > 0 ? [...shown, `${more} more`] : shown
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1)}`
}

function spread({ carrier, kind }: Finding): string {
  const at = carrier.propagationPath.indexOf(carrier.service)
  if (kind === 'propagated') return `passed on from ${carrier.propagationPath[0] ?? 'upstream'}`
  const further = carrier.propagationPath.slice(at + 1)
  return at < 0 || further.length === 0 ? '' : `spreads to ${further.join(', ')}`
}

function instances({ carrier }: Finding): string {
  const { affectedInstances, totalInstances } = carrier.verdict.growth
  if (totalInstances <= 1) return 'its only instance'
  return `${affectedInstances.length} of ${totalInstances} instances`
}

function resolved(finding: Finding): string {
  const { carrier, atMs, grewMs } = finding
  const what = `${RESOURCE_WORDS[carrier.resource].one} leak resolved`
  const was = `it leaked about ${rate(carrier)} since ${since(finding)}`
  return `${what}: ${ending(finding, duration((atMs - grewMs) / 1_000))}; ${was}`
}

function ending({ resolution, fixedBy }: Finding, quiet: string): string {
  switch (resolution) {
    case 'fixed_by_version':
      return `version ${fixedBy} has not grown for ${quiet}`
    case 'restarted':
      return `restarted, and no growth for ${quiet}`
    case 'no_data':
      return `no data for ${quiet}`
    case 'growth_stopped':
    case undefined:
      return `no growth for ${quiet}`
  }
}

const REASON_WORDS: Readonly<Record<FindingReason, string>> = {
  warmup: 'warm-up after a start',
  backlog: 'a backlog behind a slow dependency',
  load_growth: 'it follows the load',
  step: 'a single step, level since',
  cache_plateau: 'a cache that has levelled off',
  batch: 'a batch job',
  collection_cycle: 'a collection cycle',
  negligible: 'too small to matter',
  explained_by_upstream: 'it is caused by another service',
}

function suppressed(finding: Finding): string {
  const { carrier, reasons } = finding
  const growth = `${RESOURCE_WORDS[carrier.resource].one} growth of about ${rate(carrier)} since ${since(finding)}`
  const why = reasons.map((reason) => REASON_WORDS[reason])
  const upstream = carrier.propagationPath[0]
  const by = reasons.includes('explained_by_upstream') && upstream !== undefined ? ` (${upstream})` : ''
  return `${growth} is no leak: ${why.length === 0 ? 'explained' : why.join(', ')}${by}`
}
