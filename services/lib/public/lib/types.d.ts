/** What goes into an element; null and undefined are left out. */
export type Child = Node | string | null | undefined | Child[];

/** Attributes; those named `on…` are listeners, and null, undefined and false leave one out. */
export type Attributes = Record<
  string,
  string | number | boolean | null | undefined | ((event: any) => void)
>;

/** The tag in a name with classes, where there is such a tag. */
export type TagOf<N extends string, Tags> = (N extends `${infer Tag}.${string}` ? Tag : N) & keyof Tags;
