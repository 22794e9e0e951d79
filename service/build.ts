/** What this program is called, wherever it says so. */
export const BUILD = { name: 'leakmesh', version: '0.1.0' } as const
