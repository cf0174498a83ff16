// Owns the loading of Node's SQLite by programs that need it seldom: without the notice that Node 22 gives to everybody.

/** @throws the error of Node where it was built without SQLite */
export async function quietSqlite(): Promise<typeof import('node:sqlite')> {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return await import('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
