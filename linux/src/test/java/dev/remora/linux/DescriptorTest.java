package dev.remora.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DescriptorTest {
    @Test
    void aPipeCarriesBytesAndEnds() {
        Descriptor.Pipe pipe = Descriptor.pipe();
        byte[] buffer = new byte[8];
        try (Descriptor reader = pipe.reader()) {
            assertThat(reader.read(buffer, 0, 8)).isEqualTo(Descriptor.LATER);
            assertThat(reader.await(false, 1000)).isFalse();
            assertThat(pipe.writer().writeAll(new byte[] {1, 2, 3}, 1000)).isTrue();
            assertThat(reader.await(false, 1000)).isTrue();
            assertThat(reader.read(buffer, 4, 2)).isEqualTo(2);
            assertThat(buffer).containsExactly(0, 0, 0, 0, 1, 2, 0, 0);
            pipe.writer().close();
            assertThat(reader.read(buffer, 0, 8)).isEqualTo(1);
            assertThat(reader.read(buffer, 0, 8)).isEqualTo(Descriptor.ENDED);
        }
        assertThat(pipe.reader().read(buffer, 0, 8)).isEqualTo(Descriptor.ENDED);
        assertThat(pipe.writer().write(buffer, 0, 8)).isEqualTo(Descriptor.ENDED);
    }

    @Test
    void aPollerTellsOnceForEachWatch() {
        Descriptor.Pipe pipe = Descriptor.pipe();
        try (Poller poller = new Poller(); Descriptor reader = pipe.reader(); Descriptor writer = pipe.writer()) {
            poller.watch(reader, 77, false);
            assertThat(poller.await(0)).isEmpty();
            writer.writeAll(new byte[] {1}, 1000);
            assertThat(poller.await(1000)).containsExactly(77);
            assertThat(poller.await(0)).isEmpty();
            poller.watch(reader, 78, false);
            assertThat(poller.await(1000)).containsExactly(78);
            poller.watch(reader, 79, false);
            poller.unwatch(reader);
            poller.unwatch(reader);
            assertThat(poller.await(0)).isEmpty();
        }
    }

    @Test
    void writingStopsWhenNobodyReads() {
        Descriptor listener = Descriptor.listen(0, 1);
        try (listener) {
            assertThat(listener.accept()).isEmpty();
        }
        Descriptor.Pipe pipe = Descriptor.pipe();
        pipe.reader().close();
        byte[] bytes = new byte[10];
        Arrays.fill(bytes, (byte) 1);
        assertThat(pipe.writer().writeAll(bytes, 1000)).isFalse();
        pipe.writer().close();
    }
}
