/** Milliseconds of this process's own work, whatever else a loaded machine does meanwhile: the shortest of some runs. */
export function cpuMilliseconds(work: () => unknown, runs = 3): number {
  const times = Array.from({ length: runs }, () => {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  })
  return Math.min(...times)
}
