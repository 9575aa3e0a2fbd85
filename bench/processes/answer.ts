/**
 * Answers the questions of the parent process until the parent disconnects.
 *
 * @param onEnd cleans up when the parent has disconnected.
 */
export function answerParent<Question>(
  answer: (question: Question) => Promise<unknown>,
  onEnd: () => void = () => {},
): void {
  const sendAnswer = async (question: Question) => {
    try {
      process.send!({ answer: (await answer(question)) ?? null });
    } catch (error) {
      process.send!({ error: error instanceof Error ? (error.stack ?? error.message) : 'failed' });
    }
  };
  process.on('message', (question: Question) => void sendAnswer(question));
  // Ignore SIGINT: Ctrl-C reaches the whole process group, but the parent decides when this process
  // ends.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => {
    onEnd();
    process.exit();
  });
}
