// Owns the page as a whole: what stands where.

import { connection, dialog, isLoaded } from '../state.ts';
import { AutomaticRanges } from './automatic-ranges.tsx';
import { AwayBanner } from './away-banner.tsx';
import { Charts } from './charts.tsx';
import { CleanupDialog } from './cleanup-dialog.tsx';
import { EndOrphanDialog } from './end-orphan-dialog.tsx';
import { Events } from './events.tsx';
import { Filters } from './filters.tsx';
import { Header } from './header.tsx';
import { Instances } from './instances.tsx';
import { LeaseTable } from './lease-table.tsx';
import { Notice } from './notice.tsx';
import { PortMap } from './port-map.tsx';
import { ReleaseDialog } from './release-dialog.tsx';
import { SignIn } from './sign-in.tsx';
import { Singletons } from './singletons.tsx';
import { Summary } from './summary.tsx';

export function App() {
  const { value: connected } = connection;
  return (
    <>
      {connected.kind !== 'signed-out' && (
        <a class="skip" href="#leases">
          Skip to the leases
        </a>
      )}
      <Header />
      {connected.kind === 'signed-out' ? (
        <SignIn why={connected.why} />
      ) : (
        <>
          <AwayBanner />
          <Board />
        </>
      )}
      <Notice />
      <OpenDialog />
    </>
  );
}

function Board() {
  return (
    <main class="board" aria-busy={!isLoaded.value}>
      <Summary />
      <Filters />
      <div class="columns">
        <div class="column-main">
          <PortMap />
          <LeaseTable />
        </div>
        <div class="column-side">
          <Charts />
          <Events />
          <Instances />
          <Singletons />
          <AutomaticRanges />
        </div>
      </div>
    </main>
  );
}

function OpenDialog() {
  const { value: open } = dialog;
  if (open === null) return null;
  if (open.kind === 'cleanup') return <CleanupDialog />;
  return open.kind === 'release' ? (
    <ReleaseDialog lease={open.lease} />
  ) : (
    <EndOrphanDialog lease={open.lease} />
  );
}
