import type { Command, Opened, Tools } from './command.ts'

export const serve: Command = {
  name: 'serve',
  usage: '',
  summary: 'serves the portal',
  help: [
    'Serves the portal until it is told to end (SIGTERM, Ctrl-C), then finishes the requests in flight.',
    'In production, mail is sent by `latchkey worker`, which runs beside it; elsewhere the worker runs inside.',
  ],
  async run(tools) {
    const opened = await tools.open()
    try {
      await opened.checkDatabase()
      await serveUntilAsked(tools, opened, () => tools.say(`Serving ${tools.config.server.publicUrl}`))
    } finally {
      await opened.close()
    }
  },
}

/** Serves, with the worker inside where it has no process of its own, until the process is asked to end. */
export async function serveUntilAsked(tools: Tools, opened: Opened, ready: () => void): Promise<void> {
  const stopMetrics = await opened.serveMetrics()
  const stopServing = await opened.serve()
  const worker = tools.config.environment === 'production' ? null : opened.startWorker()
  // Asked for before anybody is told that we serve: whoever hears it may end us in the same instant.
  const askedToEnd = tools.asksToEnd()
  ready()
  await askedToEnd
  await stopServing()
  await worker?.stop()
  await stopMetrics()
}
