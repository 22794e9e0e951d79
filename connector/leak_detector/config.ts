import { z } from 'zod'
import { block } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'
import { DEFAULT_DETECT_SETTINGS } from '../../processor/leak_detector/detect/settings.ts'
import { type EngineSettings, engineDefaults, waitingTimes } from '../../processor/leak_detector/engine/settings.ts'

const limit = (most: number) => z.int().min(1).max(most)
const DEFAULTS = engineDefaults()

/** The keys of `leak_detector`. Everything has a default; a shop of a few hundred services needs none of them. */
export const leakDetectorConfig = block(
  z
    .strictObject({
      /** Name of the cluster: keeps findings of clusters apart where they meet. */
      cluster: z.string().default(''),
      /** Step of event time in which data is summed up; memory is seen once a step. */
      step: duration({ min: 1_000 }).default(60_000),
      /** How long after a step's end its data may still come. A third of the step, at least, and never less than `wait`. */
      lateness: duration().optional(),
      /** How long a span waits for the span at the other end of its call. */
      wait: duration().optional(),
      /** How much history is kept, in steps: of one step each, of ten, of sixty. */
      history: z.tuple([limit(100_000), limit(100_000), limit(100_000)]).default([120, 144, 336]),
      series_max: limit(10_000_000).default(DEFAULTS.seriesMax),
      instances_max: limit(1_000_000).default(DEFAULTS.instancesMax),
      services_max: limit(1_000_000).default(DEFAULTS.servicesMax),
      edges_max: limit(1_000_000).default(DEFAULTS.edgesMax),
      names_max: limit(1_000_000).default(DEFAULTS.namesMax),
      spans_max: limit(10_000_000).default(DEFAULTS.spansMax),
      /** Alarms accepted on one healthy service in a month. */
      false_alarms_per_service_month: z.number().positive().default(DEFAULT_DETECT_SETTINGS.falseAlarmsPerServiceMonth),
      /** From which state on a finding is told: `suspected` tells earlier and is wrong more often. */
      announce_from: z.enum(['suspected', 'open']).default('open'),
      /** Tell the services that leak, in the answers to their own exports. */
      warn_services: z.boolean().default(true),
      /** How often findings are sent as metrics. */
      report_interval: duration({ min: 1_000 }).default(60_000),
    })
    .superRefine((config, context) => {
      const { wait, lateness } = timesOf(config)
      if (wait <= lateness) return
      context.addIssue({ code: 'custom', path: ['lateness'], message: "'lateness' must not be shorter than 'wait'" })
    }),
)

/** A complete configuration. */
export type LeakDetectorConfig = z.output<typeof leakDetectorConfig>

interface Times {
  readonly step: number
  readonly wait?: number | undefined
  readonly lateness?: number | undefined
}

/** The waiting times that go with a step, where the user has not said any. */
function timesOf({ step, wait, lateness }: Times): { readonly wait: number; readonly lateness: number } {
  const usual = waitingTimes(step)
  const waiting = wait ?? usual.waitMs
  return { wait: waiting, lateness: lateness ?? Math.max(usual.latenessMs, waiting) }
}

/** What the engine is told. */
export function engineSettings(config: LeakDetectorConfig): EngineSettings {
  const { step: stepMs } = config
  const { wait, lateness } = timesOf(config)
  const [fine, middle, coarse] = config.history
  return {
    ...engineDefaults(stepMs),
    cluster: config.cluster,
    latenessMs: lateness,
    waitMs: wait,
    rings: [
      { stepMs, steps: fine },
      { stepMs: stepMs * 10, steps: middle },
      { stepMs: stepMs * 60, steps: coarse },
    ],
    seriesMax: config.series_max,
    instancesMax: config.instances_max,
    servicesMax: config.services_max,
    edgesMax: config.edges_max,
    namesMax: config.names_max,
    spansMax: config.spans_max,
    detect: { ...DEFAULT_DETECT_SETTINGS, falseAlarmsPerServiceMonth: config.false_alarms_per_service_month },
    ledger: { announceFrom: config.announce_from },
  }
}
