/** Was the demo right? What leakmesh said, against what is known of the shop. */

import type { Said } from './heard.ts'
import type { Truth } from './shop.ts'

export interface Course {
  readonly leaks: boolean
  /** In the order heard, each with the second of the demo. */
  readonly said: readonly { readonly atSecond: number; readonly said: Said }[]
  /** What cart's own SDK logged of the warning that came back; undefined when nothing did. */
  readonly warning: string | undefined
  /** Undefined when cart could not be asked. */
  readonly truth: Truth | undefined
}

/** Bytes per call may be off by so much. */
export const TOLERANCE = 0.25

/** What is not as it has to be, a sentence each; none: exactly the right finding came, and nothing else. */
export function faults(course: Course): readonly string[] {
  const opened = course.said.filter(({ said }) => said.event === 'opened').map(({ said }) => said)
  const wrong = opened.filter(({ service }) => !course.leaks || service !== 'cart')
  const faults = wrong.map(({ service, sentence }) => `${service} does not leak, and this was said: ${sentence}`)
  if (!course.leaks) return faults
  const found = finding(course)
  if (found === undefined) return [...faults, 'the leak in cart was not found']
  if (found.event === 'resolved') faults.push('the leak goes on, and its finding was resolved')
  if (found.operation !== 'POST /cart')
    faults.push(`the operation is POST /cart, not ${found.operation ?? 'left open'}`)
  if (found.edge !== 'mobile->cart') faults.push(`the caller is mobile, not ${found.edge ?? 'left open'}`)
  const error = errorOf(found, course.truth)
  if (error === undefined) faults.push('bytes per call were not said, or are not known')
  else if (Math.abs(error) > TOLERANCE) faults.push(`bytes per call are off by ${percent(error)}`)
  if (found.secondsLeft === undefined) faults.push('time to exhaustion was not said')
  if (course.warning === undefined) faults.push("cart's own SDK logged no warning")
  return faults
}

/** What was said last of the leak in cart. */
export function finding(course: Course): Said | undefined {
  return course.said.findLast(({ said }) => said.service === 'cart' && said.event !== 'suppressed')?.said
}

/** The summary, a line each. */
export function summary(course: Course): readonly string[] {
  if (!course.leaks && faults(course).length === 0) return ['nothing found, and nothing leaks']
  const found = finding(course)
  const first = course.said.find(({ said }) => said.service === 'cart' && said.event === 'opened')
  const heldBack = course.said.filter(({ said }) => said.event === 'suppressed')
  const others = course.said.filter(({ said }) => said.service !== 'cart' && said.event === 'opened')
  return [
    ...(first === undefined ? ['no leak found'] : [`found        after ${Math.round(first.atSecond)} s`]),
    ...(found === undefined ? [] : [...culprit(found), ...bytes(found, course.truth), ...left(found)]),
    `others       ${others.length === 0 ? 'nothing said of the other services' : `${others.length} findings`}`,
    ...heldBack.map(({ said }) => `held back    ${said.service}: ${said.reasons.join(', ')}`),
  ]
}

function culprit({ edge, operation }: Said): readonly string[] {
  return [`culprit      ${operation ?? 'operation left open'}, ${edge ?? 'caller left open'}`]
}

function bytes(found: Said, truth: Truth | undefined): readonly string[] {
  const said = found.bytesPerCall === undefined ? 'no bytes' : `${kib(found.bytesPerCall)}`
  if (truth === undefined || truth.calls === 0) return [`kept a call  found ${said}`]
  const error = errorOf(found, truth)
  const off = error === undefined ? '' : ` (${percent(error)})`
  return [`kept a call  found ${said}, really ${kib(truth.bytes / truth.calls)}${off}, in ${truth.calls} calls`]
}

function left({ secondsLeft }: Said): readonly string[] {
  return secondsLeft === undefined ? [] : [`exhaustion   in about ${Math.round(secondsLeft / 60)} min`]
}

/** How far the finding is off, 0.1 for ten percent too much. */
export function errorOf(found: Said, truth: Truth | undefined): number | undefined {
  if (found.bytesPerCall === undefined || truth === undefined || truth.calls === 0) return undefined
  return found.bytesPerCall / (truth.bytes / truth.calls) - 1
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}

function percent(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(0)} %`
}
