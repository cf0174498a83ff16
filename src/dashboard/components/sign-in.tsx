// Owns what a browser sees that is not signed in.

export function SignIn({ why }: { readonly why: string }) {
  return (
    <main class="sign-in">
      <section class="card sign-in-card">
        <h2>Sign in from your terminal</h2>
        <p>{why} Nobody but you may see the ports of this machine, so the daemon opens the page itself:</p>
        <p>
          <code class="command">styxy ui</code>
        </p>
        <p class="quiet">
          For another browser, <code>styxy ui --print</code> prints a link that works once, for a minute.
        </p>
      </section>
    </main>
  );
}
