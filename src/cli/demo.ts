import { CommandFailed, type Command, type Tools } from './command.ts'
import { serveUntilAsked } from './serve.ts'

export const demo: Command = {
  name: 'demo',
  usage: '',
  summary: 'serves the demo: five organizations, their people and their mailbox',
  help: [
    'Starts a private PostgreSQL (unless DATABASE_URL is set), migrates, adds the demo organizations and serves.',
    'What npm start runs. It refuses production and every database that it did not fill itself.',
  ],
  async run(tools) {
    if (tools.config.environment === 'production') throw new CommandFailed('There is no demo in production.')
    const opened = await tools.open()
    try {
      await opened.checkOwnership()
      await opened.migrate()
      await opened.checkDatabase()
      await opened.seedDemo()
      await serveUntilAsked(tools, opened, () => welcome(tools, opened.dataFolder))
    } finally {
      await opened.close()
    }
  },
}

function welcome({ say, config, demo: shown }: Tools, dataFolder: string | null): void {
  const { publicUrl } = config.server
  say('')
  say(`  Latchkey is at ${publicUrl}`)
  say('')
  for (const { slug, name } of shown.organizations)
    say(`  ${`${publicUrl}/${slug}/sign-in`.padEnd(42)} ${name}`)
  say('')
  say(`  People    ${shown.people.map(({ username, role }) => `${username} (${role})`).join(', ')}`)
  say(`  Password  ${shown.password}`)
  const { username, key, recoveryCodes } = shown.authenticator
  say(`  App key   ${username} also needs a code: add ${key} to an authenticator app,`)
  say('            or spend a recovery code (each works once in each organization)')
  for (const code of recoveryCodes) say(`            ${code}`)
  say(
    config.mail.smtpUrl === null
      ? `  Mailbox   ${publicUrl}/demo/outbox`
      : '  Mailbox   mail leaves by SMTP_URL; the outbox shows only that it went',
  )
  if (dataFolder !== null) say(`  Data      ${dataFolder}`)
  say('')
  say('  Ctrl-C stops everything; the data stays.')
}
