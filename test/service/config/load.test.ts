// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configurations have their own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderIssue } from '../../../service/config/issue.ts'
import { load } from '../../../service/config/load.ts'
import { fixedOutside } from '../../../service/config/outside.ts'
import { smallCatalogue } from '../small_catalogue.ts'

type Strings = Readonly<Record<string, string>>

async function loaded(files: Strings, more: { configs?: string[]; sets?: string[]; env?: Strings } = {}) {
  const sources = { configs: more.configs ?? Object.keys(files), sets: more.sets ?? [] }
  return load(sources, fixedOutside(files, more.env ?? {}), smallCatalogue())
}

async function errorsOf(text: string, more: { sets?: string[]; env?: Strings } = {}): Promise<readonly string[]> {
  const result = await loaded({ 'c.yaml': text }, more)
  return result.ok ? [] : result.issues.map(renderIssue)
}

const PIPELINES = 'service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}'
const GOOD = `receivers: {otlp: {protocols: {grpc: }}}\nexporters: {nop: }\n${PIPELINES}\n`

/** What is written under `exporters: nop:` on line 2, and what is said about it. */
const FIELDS: readonly (readonly [string, readonly string[]])[] = [
  ['{size: 0123}', []],
  ['{size: big}', ['c.yaml:2:25: exporters::nop::size: expected a number, got string "big"']],
  ['{size: 0}', ['c.yaml:2:25: exporters::nop::size: must be at least 1, got number 0']],
  ['{size: 101}', ['c.yaml:2:25: exporters::nop::size: must be at most 100, got number 101']],
  ['{size: }', []],
  [
    '{mode: fats}',
    ['c.yaml:2:25: exporters::nop::mode: expected one of "fast", "careful", got string "fats"; did you mean "fast"?'],
  ],
  ['{enabled: yes}', ['c.yaml:2:28: exporters::nop::enabled: expected true or false, got string "yes"']],
  ['{enabled: t}', ['c.yaml:2:28: exporters::nop::enabled: expected true or false, got string "t"']],
  ['{timeout: 5}', ['c.yaml:2:28: exporters::nop::timeout: time: missing unit in duration "5"']],
  ['{timeout: 1x}', ['c.yaml:2:28: exporters::nop::timeout: time: unknown unit "x" in duration "1x"']],
  ['{timeout: 1h30m, endpoint: a}', []],
  ['{endpoint: 5}', ['c.yaml:2:29: exporters::nop::endpoint: expected a string, got number 5']],
  ['{endpoint: [a]}', ['c.yaml:2:29: exporters::nop::endpoint: expected a string, got a list']],
  ['{headers: {a: b}}', []],
  ['{headers: {a: 5}}', ['c.yaml:2:32: exporters::nop::headers::a: expected a string, got number 5']],
  [
    '{list: [a, 5, b, 6]}',
    [
      'c.yaml:2:29: exporters::nop::list::1: expected a string, got number 5',
      'c.yaml:2:35: exporters::nop::list::3: expected a string, got number 6',
    ],
  ],
  [
    '{secret: {fil: x}}',
    [
      'c.yaml:2:19: exporters::nop::secret::file: is missing: expected a string',
      `c.yaml:2:28: exporters::nop::secret::fil: 'secret' has invalid keys: fil; did you mean "file"?`,
    ],
  ],
  ['{secret: 5}', ['c.yaml:2:27: exporters::nop::secret: expected a string or a map, got number 5']],
  [
    '{endpiont: x, sise: 3}',
    [
      `c.yaml:2:19: exporters::nop::endpiont: 'nop' has invalid keys: endpiont; did you mean "endpoint"?`,
      `c.yaml:2:32: exporters::nop::sise: 'nop' has invalid keys: sise; did you mean "size"?`,
    ],
  ],
  ['hello', ['c.yaml:2:18: exporters::nop: expected a map, got string "hello"']],
]

test('[C1] fields: what is wrong, where, and what would be right', async () => {
  for (const [written, errors] of FIELDS) {
    const text = `receivers: {otlp: }\nexporters: {nop: ${written}}\n${PIPELINES}\n`
    assert.deepEqual(
      await errorsOf(text),
      errors.map((error) => error),
      written,
    )
  }
})

/** Whole configurations and everything that is said about them. */
const WHOLE: readonly (readonly [string, string, readonly string[]])[] = [
  ['good', GOOD, []],
  ['nothing', '', ['c.yaml:1:1: service::pipelines: service must have at least one pipeline']],
  [
    'no pipelines',
    'service: {pipelines: }',
    ['c.yaml:1:11: service::pipelines: service must have at least one pipeline'],
  ],
  [
    'not a map',
    '[a]',
    [
      'c.yaml:1:1: retrieved value (type=list) cannot be used as a configuration; the top level must be a map: receivers:, exporters:, service: …',
    ],
  ],
  [
    'unknown section',
    `${GOOD}recievers: {}\n`,
    [`c.yaml:4:1: recievers: '' has invalid keys: recievers; did you mean "receivers"?`],
  ],
  [
    'unknown type',
    GOOD.replace('nop:', 'nop: , foo: , otlp_grcp/x:'),
    [
      `c.yaml:2:20: exporters::foo: 'exporters' unknown type: "foo" for id: "foo" (valid values: [nop otlp_grpc])`,
      `c.yaml:2:27: exporters::otlp_grcp/x: 'exporters' unknown type: "otlp_grcp" for id: "otlp_grcp/x" (valid values: [nop otlp_grpc]); did you mean "otlp_grpc"?`,
    ],
  ],
  [
    'bad ids',
    GOOD.replace('nop:', 'nop: , nop/: , /x: , no-p:'),
    [
      `c.yaml:2:20: exporters::nop/: 'exporters' in "nop/" id: the part after / should not be empty`,
      `c.yaml:2:28: exporters::/x: 'exporters' in "/x" id: the part before / should not be empty`,
      `c.yaml:2:34: exporters::no-p: 'exporters' in "no-p" id: invalid character(s) in type "no-p"`,
    ],
  ],
  [
    'a list of receivers',
    'receivers: [otlp]\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [x]}}}',
    [
      `c.yaml:1:12: receivers: 'receivers' expected a map, got 'list'`,
      'c.yaml:2:44: service::pipelines::traces: references receiver "otlp" which is not configured',
      'c.yaml:2:63: service::pipelines::traces: references exporter "x" which is not configured',
    ],
  ],
  [
    'references',
    `receivers: {otlp: }\nexporters: {nop: }\nservice:
  extensions: [health_check]
  pipelines:
    traces/1: {receivers: [otpl], processors: [batch], exporters: [nop/2]}
    metrics: {}
`,
    [
      'c.yaml:4:16: service::extensions: references extension "health_check" which is not configured',
      'c.yaml:6:28: service::pipelines::traces/1: references receiver "otpl" which is not configured; did you mean "otlp"?',
      'c.yaml:6:48: service::pipelines::traces/1: references processor "batch" which is not configured',
      'c.yaml:6:68: service::pipelines::traces/1: references exporter "nop/2" which is not configured; did you mean "nop"?',
      'c.yaml:7:5: service::pipelines::metrics: must have at least one receiver',
      'c.yaml:7:5: service::pipelines::metrics: must have at least one exporter',
    ],
  ],
  [
    'signals',
    GOOD.replace('{traces:', '{trace: {}, profiles: {}, traces/: {}, traces:'),
    [
      'c.yaml:3:23: service::pipelines::trace: unknown signal "trace"; did you mean "traces"?',
      'c.yaml:3:34: service::pipelines::profiles: unknown signal "profiles"; known here: logs, metrics, traces',
      'c.yaml:3:48: service::pipelines::traces/: in "traces/" id: the part after / should not be empty; write traces or traces/name',
    ],
  ],
  [
    'a processor twice',
    `receivers: {otlp: }\nprocessors: {batch: }\nexporters: {nop: }
service: {pipelines: {logs: {receivers: [otlp, otlp], processors: [batch, batch], exporters: [nop, nop]}}}`,
    ['c.yaml:4:75: service::pipelines::logs: references processor "batch" multiple times'],
  ],
  [
    'unsupported signal',
    `receivers: {traces_only: }\nexporters: {nop: }
service: {pipelines: {logs: {receivers: [traces_only], exporters: [nop]}}}`,
    [
      'c.yaml:3:42: service::pipelines::logs: failed to create "traces_only" receiver for data type "logs": telemetry type is not supported',
    ],
  ],
  [
    'connector into nowhere',
    `receivers: {otlp: }\nexporters: {nop: }\nconnectors: {forward: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [forward]}, logs: {receivers: [forward], exporters: [nop]}}}`,
    [
      'c.yaml:3:14: connectors::forward: connector "forward" used as exporter in [traces] pipeline but not used in any supported receiver pipeline',
      'c.yaml:3:14: connectors::forward: connector "forward" used as receiver in [logs] pipeline but not used in any supported exporter pipeline',
    ],
  ],
  [
    'circle',
    `receivers: {otlp: }\nexporters: {nop: }\nconnectors: {forward: , forward/b: }
service:
  pipelines:
    traces/a: {receivers: [otlp, forward/b], exporters: [forward]}
    traces/b: {receivers: [forward], exporters: [forward/b, nop]}
`,
    [
      'c.yaml:6:5: service::pipelines::traces/a: cycle detected: pipeline "traces/a" -> connector "forward" (traces to traces) -> pipeline "traces/b" -> connector "forward/b" (traces to traces) -> pipeline "traces/a"',
    ],
  ],
  [
    'telemetry',
    `${GOOD}`.replace('service: {', 'service: {telemetry: {logs: {levle: info}, metrics: {level: huge}}, '),
    [
      `c.yaml:3:30: service::telemetry::logs::levle: 'logs' has invalid keys: levle; did you mean "level"?`,
      'c.yaml:3:61: service::telemetry::metrics::level: expected one of "none", "basic", "normal", "detailed", got string "huge"',
    ],
  ],
  [
    'workers',
    GOOD.replace('service: {', 'service: {workers: many, '),
    ['c.yaml:3:20: service::workers: expected "auto" or a number, got string "many"'],
  ],
  [
    'a reader of both kinds',
    GOOD.replace('service: {', 'service: {telemetry: {metrics: {readers: [{}]}}, '),
    ['c.yaml:3:43: service::telemetry::metrics::readers::0: must have either a pull or a periodic reader'],
  ],
]

test('[C1] whole configurations: every error at once', async () => {
  for (const [name, text, errors] of WHOLE) {
    assert.deepEqual(await errorsOf(text), errors, name)
  }
})

test('[C1] an id that is both an exporter and a connector', async () => {
  const text = `receivers: {otlp: }\nexporters: {forward: }\nconnectors: {forward: }\n${PIPELINES}`
  const errors = await errorsOf(text)
  assert.deepEqual(errors.slice(1, 2), [
    'c.yaml:3:14: connectors::forward: ambiguous ID: Found both "forward" exporter and "forward" connector. ' +
      `Change one of the components' IDs to eliminate ambiguity (e.g. rename "forward" connector to "forward/connector")`,
  ])
})

test('[C6] the schema decides whether an expansion is text or a number', async () => {
  const config = `receivers: {otlp: {protocols: {grpc: {endpoint: "\${H}:\${P}"}}}}\nexporters: {nop: \${N}}\n${PIPELINES}`
  const text = (n: string) => loaded({ 'c.yaml': config.replace('${N}', n) }, { env: { P: '4317', H: 'h', Z: '0123' } })
  const result = await text('{endpoint: "${Z}", size: "${Z}", secret: "${Z}", anything: "${Z}", headers: {a: "${Z}"}}')
  assert.ok(result.ok, result.ok ? '' : result.issues.map(renderIssue).join('\n'))
  const nop = result.configuration.exporters.get('nop')?.config
  assert.deepEqual(nop, {
    endpoint: '0123',
    size: 83,
    timeout: 200,
    mode: 'fast',
    enabled: true,
    secret: '0123',
    anything: 83,
    headers: { a: '0123' },
  })
  assert.deepEqual(result.configuration.receivers.get('otlp')?.config, {
    protocols: { grpc: { endpoint: 'h:4317', include_metadata: false } },
  })
})

test('[C7] an unset variable: text is empty, anything else as if not written, one warning', async () => {
  const result = await loaded({
    'c.yaml': GOOD.replace('nop: ', 'nop: {endpoint: "${U}", size: "${U}", enabled: "${U}"}'),
  })
  assert.ok(result.ok)
  const nop = result.configuration.exporters.get('nop')?.config
  assert.deepEqual(nop, { endpoint: '', size: 10, timeout: 200, mode: 'fast', enabled: true })
  assert.deepEqual(
    new Set(result.notices.map((notice) => notice.message)),
    new Set(['Configuration references unset environment variable']),
  )
})

test('[C8] an old name works and is worth a warning', async () => {
  const result = await loaded({ 'c.yaml': GOOD.replaceAll('nop', 'otlp/x') })
  assert.ok(result.ok)
  assert.equal(result.configuration.exporters.get('otlp/x')?.factory.type, 'otlp_grpc')
  assert.deepEqual(
    result.notices.map((notice) => notice.message),
    ['"otlp" alias is deprecated; use "otlp_grpc" instead'],
  )
})

test('[C5] several sources: later ones win, --set wins over all', async () => {
  const files = { a: GOOD, b: 'exporters: {nop: {size: 5, mode: careful}}' }
  const result = await loaded(files, {
    configs: ['a', 'file:b', 'yaml:exporters::nop::timeout: 7s', 'env:MORE'],
    env: { MORE: 'exporters: {nop: {endpoint: e}}' },
    sets: ['exporters.nop.size=6', 'exporters::nop::list=[x, y]'],
  })
  assert.ok(result.ok, result.ok ? '' : result.issues.map(renderIssue).join('\n'))
  assert.deepEqual(result.configuration.exporters.get('nop')?.config, {
    endpoint: 'e',
    timeout: 7_000,
    size: 6,
    mode: 'careful',
    enabled: true,
    list: ['x', 'y'],
  })
})

test('[C2] errors in merged configurations point at the source that said it', async () => {
  const files = { a: GOOD, b: '\nexporters:\n  nop:\n    size: 500\n' }
  const result = await loaded(files, {
    configs: ['a', 'b', 'yaml:exporters::nop::timeout: 7'],
    sets: ['exporters.nop.mode=slow', 'x'],
  })
  assert.ok(!result.ok)
  assert.deepEqual(result.issues.map(renderIssue), ['--set x: missing equal sign; write --set a.b=value'])
  const without = await loaded(files, {
    configs: ['a', 'b', 'yaml:exporters::nop::timeout: 7'],
    sets: ['exporters.nop.mode=slow'],
  })
  assert.ok(!without.ok)
  assert.deepEqual(without.issues.map(renderIssue), [
    '--set exporters.nop.mode=slow: exporters::nop::mode: expected one of "fast", "careful", got string "slow"',
    'b:4:11: exporters::nop::size: must be at most 100, got number 500',
    'yaml:exporters::nop::timeout: 7:1:26: exporters::nop::timeout: time: missing unit in duration "7"',
  ])
})

test('[C1] sources that cannot be read are all told', async () => {
  const result = await loaded({}, { configs: ['none.yaml', 's3:x', 'env:a-b'] })
  assert.ok(!result.ok)
  assert.deepEqual(result.issues.map(renderIssue), [
    'unable to read the file file:none.yaml: open none.yaml: no such file or directory',
    'scheme "s3" is not supported for uri "s3:x"; supported: env, file, yaml',
    'environment variable "a-b" has invalid name: must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$',
  ])
  const nothing = await loaded({}, { configs: [] })
  assert.ok(!nothing.ok)
  assert.deepEqual(nothing.issues.map(renderIssue), ['at least one config flag must be provided; write --config FILE'])
})

test('components that no pipeline uses are allowed', async () => {
  assert.deepEqual(await errorsOf(GOOD.replace('nop:', 'nop: , nop/unused:')), [])
})

test('own resource: map and list forms', async () => {
  const forms = [
    '{a: x, n: 5, service.name: }',
    '{attributes: [{name: a, value: x}, {name: n, value: 5}, {name: service.name, value: null}]}',
  ]
  for (const form of forms) {
    const result = await loaded({ 'c.yaml': GOOD.replace('service: {', `service: {telemetry: {resource: ${form}}, `) })
    assert.ok(result.ok, result.ok ? '' : result.issues.map(renderIssue).join('\n'))
    assert.deepEqual(result.configuration.service.telemetry.resource, { a: 'x', n: '5', 'service.name': null })
  }
})
