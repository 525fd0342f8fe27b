export function findBrowser(): Promise<string | undefined>
export function browserEnvironment(program: string): NodeJS.ProcessEnv
