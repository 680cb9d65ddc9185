import { format, resolveConfig } from 'prettier'

/** The text as the repository writes its Markdown pages. */
export const formatPage = async (page: string, text: string): Promise<string> =>
  format(text, { ...(await resolveConfig(page)), filepath: page })
