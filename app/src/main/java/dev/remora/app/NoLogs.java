package dev.remora.app;

import dev.remora.logs.LogSink;
import dev.remora.store.Scope;
import java.time.Instant;

final class NoLogs implements LogSink {
    @Override
    public void write(Scope scope, String group, String stream, Instant time, String message) {}

    @Override
    public void flush() {}
}
