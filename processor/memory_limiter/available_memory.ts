/**
 * How much memory is there for us? In a container not what the machine has but what its control group allows, and
 * that may be said at any level from the process's own group up to the root; the least of them counts.
 *
 * Everything here is a function from the texts of files; the shell reads them.
 */

const V2_ROOT = '/sys/fs/cgroup'
const V1_ROOT = '/sys/fs/cgroup/memory'

/**
 * The files that may hold a limit for this process, from the text of `/proc/self/cgroup`. With a private namespace of
 * control groups, as containers have, that text says `/`, and only the root is asked.
 *
 * @example limitFiles('0::/pod/box\n')
 * // => ['/sys/fs/cgroup/pod/box/memory.max', '/sys/fs/cgroup/pod/memory.max', '/sys/fs/cgroup/memory.max']
 */
export function limitFiles(procSelfCgroup: string): readonly string[] {
  return procSelfCgroup.split('\n').flatMap((line) => {
    const [hierarchy, controllers, ...rest] = line.split(':')
    const group = rest.join(':')
    if (hierarchy === '0' && controllers === '') return upwards(V2_ROOT, group, 'memory.max')
    if (controllers?.split(',').includes('memory')) return upwards(V1_ROOT, group, 'memory.limit_in_bytes')
    return []
  })
}

function upwards(root: string, group: string, file: string): readonly string[] {
  const names = group.split('/').filter((name) => name !== '' && name !== '.')
  // Outside of our namespace the path begins with `..`; those files cannot be seen from here.
  const visible = names.includes('..') ? [] : names
  return Array.from({ length: visible.length + 1 }, (_, up) =>
    [root, ...visible.slice(0, visible.length - up), file].join('/'),
  )
}

/**
 * The least of the limits and of what the machine has, bytes.
 *
 * @param limits texts of the files of `limitFiles` that could be read: a number, or `max` for none (version 2);
 *   version 1 says "none" by a number far above any machine.
 * @param machineBytes memory of the machine.
 */
export function availableBytes(limits: readonly string[], machineBytes: number): number {
  const numbers = limits.map((text) => text.trim()).filter((text) => /^\d+$/.test(text))
  return Math.min(machineBytes, ...numbers.map(Number).filter((bytes) => bytes > 0))
}
