import type { Command } from './command.ts'

export const migrate: Command = {
  name: 'migrate',
  usage: '',
  summary: 'brings the database up to date',
  help: [
    'Runs the pending migrations as the role of DATABASE_OWNER_URL, all in one transaction.',
    'Two at once do no harm: one works and the other waits.',
  ],
  async run(tools) {
    const opened = await tools.open()
    try {
      const ran = await opened.migrate()
      tools.say(ran.length === 0 ? 'The database is up to date.' : `Ran ${ran.join(', ')}.`)
    } finally {
      await opened.close()
    }
  },
}
