/* Messages between the server and a supervisor, and the words in them. */
#include "launcher.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

static char last_complaint[512];

/* Keeps the first thing that went wrong, with errno in words, for the server to report. */
void complain(const char *what, const char *about) {
    if (!last_complaint[0]) {
        snprintf(last_complaint, sizeof last_complaint, "%s %s: %s", what, about, strerror(errno));
    }
}

const char *complaint(void) {
    return last_complaint[0] ? last_complaint : "unknown";
}

int read_fully(int fd, void *to, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = read(fd, (char *)to + done, size - done);
        if (n == 0) {
            errno = ECONNRESET;
        }
        if (n <= 0) {
            if (n < 0 && errno == EINTR) {
                continue;
            }
            return -1;
        }
        done += (size_t)n;
    }
    return 0;
}

int write_fully(int fd, const void *from, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = write(fd, (const char *)from + done, size - done);
        if (n < 0) {
            if (errno == EINTR) {
                continue;
            }
            return -1;
        }
        done += (size_t)n;
    }
    return 0;
}

int send_frame(int fd, char type, const void *payload, size_t size) {
    unsigned char frame[5 + 8192];
    if (size > sizeof frame - 5) {
        errno = EMSGSIZE;
        return -1;
    }
    frame[0] = (unsigned char)type;
    for (int i = 0; i < 4; i++) {
        frame[1 + i] = (unsigned char)(size >> 8 * i);
    }
    memcpy(frame + 5, payload, size);
    return write_fully(fd, frame, size + 5);
}

/* The payload is the caller's to free and has a zero byte behind it. */
int read_frame(int fd, char *type, char **payload, size_t *size) {
    unsigned char head[5];
    if (read_fully(fd, head, sizeof head) < 0) {
        return -1;
    }
    *type = (char)head[0];
    *size = (size_t)head[1] | (size_t)head[2] << 8 | (size_t)head[3] << 16 | (size_t)head[4] << 24;
    if (*size > MAX_FRAME) {
        errno = EMSGSIZE;
        return -1;
    }
    *payload = malloc(*size + 1);
    if (!*payload || read_fully(fd, *payload, *size) < 0) {
        return -1;
    }
    (*payload)[*size] = 0;
    return 0;
}

static char *next_word(char **at, char *end) {
    if (*at >= end) {
        return NULL;
    }
    char *word = *at;
    *at += strlen(word) + 1;
    return word;
}

static int parse_bind(struct spec *into, char **at, char *end, int writable) {
    char *host = next_word(at, end), *inner = next_word(at, end);
    if (!host || !inner || host[0] != '/' || inner[0] != '/' || into->binds == MAX_BINDS) {
        return -1;
    }
    into->bind[into->binds++] = (struct bind) {host, inner, writable};
    return 0;
}

static int parse_value(struct spec *into, const char *key, char *value) {
    if (!strcmp(key, "network")) {
        into->network = value;
    } else if (!strcmp(key, "output")) {
        into->output = value;
    } else if (!strcmp(key, "folder")) {
        into->folder = value;
    } else if (!strcmp(key, "user")) {
        into->user = (uint32_t)strtoul(value, NULL, 10);
    } else if (!strcmp(key, "machine")) {
        into->machine = 1;
        into->hostname = value;
    } else if (!strcmp(key, "memory")) {
        into->memory = strtoull(value, NULL, 10);
    } else if (!strcmp(key, "tmp")) {
        into->tmp = strtoull(value, NULL, 10);
    } else if (!strcmp(key, "shared")) {
        into->shared = strtoull(value, NULL, 10);
    } else if (!strcmp(key, "cpu")) {
        into->cpu = (uint32_t)strtoul(value, NULL, 10);
    } else if (!strcmp(key, "layer") && into->layers < MAX_LAYERS) {
        into->layer[into->layers++] = value;
    } else if (!strcmp(key, "argument") && into->arguments < MAX_ARGUMENTS) {
        into->argument[into->arguments++] = value;
    } else if (!strcmp(key, "variable") && into->variables < MAX_VARIABLES) {
        into->variable[into->variables++] = value;
    } else {
        return -1;
    }
    return 0;
}

/* Returns the word that is wrong, or null. */
const char *parse_spec(char *words, size_t size, struct spec *into) {
    char *at = words, *end = words + size;
    memset(into, 0, sizeof *into);
    for (char *key; (key = next_word(&at, end));) {
        int failed;
        if (!strcmp(key, "ro") || !strcmp(key, "rw")) {
            failed = parse_bind(into, &at, end, key[1] == 'w');
        } else {
            char *value = next_word(&at, end);
            failed = !value || parse_value(into, key, value) < 0;
        }
        if (failed) {
            return key;
        }
    }
    return NULL;
}
