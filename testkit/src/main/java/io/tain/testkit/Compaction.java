package io.tain.testkit;

/** Which differences are due to one side having compacted records away. */
interface Compaction {
    /** For topics that aren't compacted: no difference is excused. */
    Compaction NONE = new Compaction() {
        @Override
        public boolean excusesTarget(long keyHash, long targetOffset) {
            return false;
        }

        @Override
        public boolean excusesSource(long sourceOffset) {
            return false;
        }
    };

    /** Whether the source may have had the target record and has no more. */
    boolean excusesTarget(long keyHash, long targetOffset);

    /** Whether the target may have had the source record and has no more. */
    boolean excusesSource(long sourceOffset);
}
