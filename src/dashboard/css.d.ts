// Owns the word to the compiler that a style sheet can be imported: the bundler gathers them.

declare module '*.css';
