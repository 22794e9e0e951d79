/**
 * A track follows one resource of one service from the first step at which it looks like growing: how often in a row,
 * how surely, and what was last said of it. Findings are made of tracks.
 */
import type { FindingReason, Symptom } from './finding.ts'
import type { LedgerSettings } from './settings.ts'
import type { Suspicion } from './suspicion.ts'
import { NO_VOTES, settled, type Votes, voted } from './votes.ts'

/** Plain data, changed in place by its ledger. */
export interface Track {
  readonly key: string
  latest: Suspicion
  /** The newest suspicion that said "grows" with at least `suspectConfidence`. */
  growing: Symptom
  observation: Observation
  /** Steps in a row of at least `suspectConfidence`. */
  weakRun: number
  /** Of these, how many reached `openConfidence`. */
  strongRun: number
  /** When the first of these was said, event time, milliseconds; 0 when there is none. */
  strongSinceMs: number
  /** Who was blamed in all looks; the attribution of `growing` is what they agree on. */
  votes: Votes
  /** Fingerprint of the live finding that it belongs to; '' none. */
  finding: string
}

/**
 * One step of one track. `faint` is growth that is more likely no leak; `silent` is no data, or not enough after a
 * restart: neither says anything about the leak.
 */
export type Observation = 'strong' | 'weak' | 'faint' | 'explained' | 'still' | 'silent'

/** What one suspicion says of its track: strong or weak growth, an explanation, stillness, or nothing. */
export function observationOf(suspicion: Suspicion, settings: LedgerSettings): Observation {
  const { verdict, role } = suspicion
  switch (verdict.kind) {
    case 'warming':
      return 'silent'
    case 'quiet':
      return 'still'
    case 'explained':
      return verdict.reasons.length > 0 && verdict.reasons.every((reason) => reason === 'warmup')
        ? 'silent'
        : 'explained'
    case 'growing': {
      if (role === 'victim') return 'explained'
      const { confidence } = verdict.growth
      if (confidence >= settings.openConfidence) return 'strong'
      return confidence >= settings.suspectConfidence ? 'weak' : 'faint'
    }
  }
}

/** Why a track is explained; empty when it is not. */
export function reasonsOf(suspicion: Suspicion): readonly FindingReason[] {
  if (suspicion.verdict.kind === 'explained') return suspicion.verdict.reasons
  return suspicion.verdict.kind === 'growing' && suspicion.role === 'victim' ? ['explained_by_upstream'] : []
}

/** The suspicion as a symptom, when it is growth worth following. */
export function symptomOf(suspicion: Suspicion, observation: Observation): Symptom | undefined {
  return observation === 'strong' || observation === 'weak' ? (suspicion as Symptom) : undefined
}

/** The track of a symptom that grows for the first time. @param before what is still believed of an earlier episode. */
export function startTrack(key: string, growing: Symptom, observation: Observation, before: Votes = NO_VOTES): Track {
  const strongRun = observation === 'strong' ? 1 : 0
  const votes = voted(before, growing.attribution)
  return {
    key,
    latest: growing,
    growing: withAgreed(growing, votes),
    observation,
    weakRun: 1,
    strongRun,
    strongSinceMs: strongRun === 1 ? growing.atMs : 0,
    votes,
    finding: '',
  }
}

/** One more step of a track. `silent` keeps the runs: a gap in the data is no evidence either way. */
export function stepTrack(track: Track, suspicion: Suspicion | undefined, settings: LedgerSettings): void {
  track.observation = suspicion === undefined ? 'silent' : observationOf(suspicion, settings)
  if (suspicion === undefined) return
  track.latest = suspicion
  const symptom = symptomOf(suspicion, track.observation)
  if (symptom !== undefined) {
    track.votes = voted(track.votes, symptom.attribution)
    track.growing = withAgreed(symptom, track.votes)
    track.weakRun += 1
    if (track.observation === 'strong') {
      if (track.strongRun === 0) track.strongSinceMs = suspicion.atMs
      track.strongRun += 1
    }
  } else if (track.observation !== 'silent') {
    track.weakRun = 0
    track.strongRun = 0
    track.strongSinceMs = 0
  }
}

/** The symptom with the attribution that all looks agree on. */
function withAgreed(symptom: Symptom, votes: Votes): Symptom {
  const attribution = settled(votes)
  return { ...symptom, ...(attribution && { attribution }) }
}

/** True when the latest look said that it grows, strongly or weakly. */
export function isGrowing(track: Track): boolean {
  return track.observation === 'strong' || track.observation === 'weak'
}
