import type { Command } from './command.ts'

export const worker: Command = {
  name: 'worker',
  usage: '',
  summary: 'sends mail and keeps house',
  help: [
    'Sends what is due, brings imported people over, chains the activity log and deletes what is over, until it is told to end.',
    'Any number of workers may run; without one nothing of that happens.',
    'It wakes at once where it may LISTEN (DATABASE_DIRECT_URL, past a pooler), and looks each second anyway.',
  ],
  async run(tools) {
    const opened = await tools.open()
    try {
      await opened.checkDatabase()
      const stopMetrics = await opened.serveMetrics()
      const running = opened.startWorker()
      const askedToEnd = tools.asksToEnd()
      tools.say('Working')
      await askedToEnd
      await running.stop()
      await stopMetrics()
    } finally {
      await opened.close()
    }
  },
}
