// Owns `styxy up --init`: a styxy.json is proposed, shown, and written where that is wanted.

import { writeFileSync } from 'node:fs';
import { StyxyError } from '../../errors.ts';
import { replaceFile } from '../../home/replace-file.ts';
import { proposeFor } from '../../up/proposal-place.ts';
import { type Proposal, proposedText } from '../../up/propose.ts';
import { type Invocation, UsageError } from '../command.ts';
import { projectAt } from '../reach.ts';
import { ask, canAsk } from '../setup/ask.ts';
import { visible } from '../visible.ts';
import { print, printJson, say } from '../write.ts';

/** @throws StyxyError PROJECT_FILE_MISSING where there is nothing to propose, FILE_NOT_OURS where one is there already */
export async function initProject(invocation: Invocation): Promise<number> {
  const { isJson, words } = invocation;
  const isForced = invocation.has('force');
  const isWanted = invocation.has('write');
  if (words.length > 0) throw new UsageError('--init proposes all services; name none');
  if (isForced && !isWanted) throw new UsageError('--force goes with --init --write');
  const proposal = proposeFor(projectAt(null));
  const { root, path, exists } = proposal;
  if (proposal.services.length === 0) throw nothingFound(root, proposal);
  const text = proposedText(proposal.services);
  if (!isJson) show(text, proposal);
  const isAsked = !isJson && !isWanted && !exists && canAsk();
  const writes = isWanted || (isAsked && (await ask(`Write it to ${visible(path)}`)));
  if (writes) write(path, text, isForced);
  if (isJson) {
    const left = proposal.leftOut.map(({ cwd, command }) => ({ cwd: cwd ?? '.', command }));
    printJson({ path, exists, written: writes, text, left_out: left });
  } else if (writes) say(visible(`Written to ${path}. \`styxy up\` runs it.`));
  else if (!isAsked) {
    const way = exists ? 'in its place' : 'there';
    const command = `styxy up --init --write${exists ? ' --force' : ''}`;
    say(
      visible(
        `${path} ${exists ? 'is there already' : 'is not written'}: \`${command}\` writes this ${way}.`,
      ),
    );
  }
  return 0;
}

function show(text: string, { services, leftOut }: Proposal): void {
  print(visible(text.trimEnd(), '\n'));
  for (const { name, tool, advice } of services)
    say(visible(`${name}: ${tool}${advice === null ? '' : `. ${advice}`}`));
  for (const { cwd, command } of leftOut)
    say(
      visible(
        `Left out: \`${command}\` in ${cwd ?? 'the root'}, of which Styxy does not know what it starts.`,
      ),
    );
}

function write(path: string, text: string, isForced: boolean): void {
  try {
    if (isForced) replaceFile(path, text);
    else writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const what = isThere ? 'is there already' : `cannot be written: ${(cause as Error).message}`;
    throw new StyxyError('FILE_NOT_OURS', `${path} ${what}`, {
      ...(isThere ? { hint: '`styxy up --init --write --force` replaces it.' } : {}),
      fields: { path },
      cause,
    });
  }
}

function nothingFound(root: string, { leftOut }: Proposal): StyxyError {
  const why =
    leftOut.length === 0
      ? 'no package there has a script `dev` or `start`'
      : `of no script it is known what it starts: ${leftOut.map(({ cwd, command }) => `\`${command}\` in ${cwd ?? '.'}`).join(', ')}`;
  return new StyxyError('PROJECT_FILE_MISSING', `There is nothing to propose for ${root}: ${why}`, {
    fields: { project_path: root },
  });
}
