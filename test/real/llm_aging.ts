import { gaugesLine, type Row } from './otlp_json.ts'

/**
 * A text-generation server that leaks 2 to 12 MB an hour under minute noise of 48 to 106 MB, seen at host level
 * (chas42/llm-software-aging-research, MIT): `system.memory.usage` of a host with one service.
 */
export function agingMetrics(name: string, rows: readonly Row[]): readonly string[] {
  const resource = { 'service.name': `llm-${name}`, 'service.instance.id': `${name}-host`, 'host.name': name }
  return rows.flatMap((row) => {
    const timeMs = Date.parse(`${row.get('currentTime')?.replace(' ', 'T')}Z`)
    if (Number.isNaN(timeMs)) return []
    return [
      gaugesLine(resource, timeMs, [
        {
          name: 'system.memory.usage',
          unit: 'By',
          value: Number(row.get('usedMemory')),
          labels: { 'system.memory.state': 'used' },
        },
        { name: 'system.memory.limit', unit: 'By', value: Number(row.get('totalMemory')) },
      ]),
    ]
  })
}
