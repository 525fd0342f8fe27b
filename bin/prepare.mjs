/**
 * Makes a checkout ready to run: installs the packages when they differ from package-lock.json and builds `dist/` when
 * a source changed. With `--browser` it also sees to a Chromium for the tests. Says a line only when it has work.
 * It runs before anything is installed, so it uses nothing but Node.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Latchkey needs Node 20.19 or newer, and this is ${process.versions.node}. Please install Node 24.`,
  )
  process.exit(1)
}

const { alone } = await import('./prepare/alone.mjs')
const { build, isBuilt } = await import('./prepare/build.mjs')
const { fetchBrowser, hasBrowser } = await import('./prepare/fetch-browser.mjs')
const { install, isInstalled } = await import('./prepare/install.mjs')

const steps = [
  { isDone: isInstalled, act: install, line: 'Installing packages (npm ci), this can take a minute ...' },
  { isDone: isBuilt, act: build, line: 'Building ...' },
]
if (process.argv.includes('--browser')) {
  steps.push({
    isDone: hasBrowser,
    act: fetchBrowser,
    line: 'Fetching a Chromium for the tests, this can take a minute ...',
  })
}

try {
  for (const { isDone, act, line } of steps) {
    if (await isDone()) continue
    await alone(async () => {
      if (await isDone()) return
      console.log(line)
      await act()
    })
  }
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
