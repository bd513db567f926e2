export * as FileErasureList from "./FileErasureList.ts"
export * as FileRefreshJournal from "./FileRefreshJournal.ts"
export { JournalFolderRefused } from "./JournalFolderRefused.ts"
export * as WaitingAnswers from "./WaitingAnswers.ts"
