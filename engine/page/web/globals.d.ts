/** The shaders, by their files' names. */
declare const GLSL: Record<string, string>;
