// Owns the first statement of the published program: what a Node that is too old is told.

/** Plain enough for every Node there is; it runs before anything that an old one lacks. */
export const VERSION_CHECK = `"use strict";
(function (version) {
  if (version[0] > 22 || (version[0] === 22 && version[1] >= 13)) return;
  console.error(
    'styxy needs Node 22.13 or newer, and this is Node ' + process.versions.node + ' (' + process.execPath + ').\\n' +
    'Install a newer one from https://nodejs.org, or with a version manager (nvm install 24, fnm install 24,\\n' +
    'volta install node@24), and try again. To run it just once: npx -y node@24 ' + process.argv[1]
  );
  process.exit(1);
})(process.versions.node.split('.').map(Number));`;
