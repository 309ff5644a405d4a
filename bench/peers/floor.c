// The floor: the least that a server can do for an unbatched broadcast. One thread;
// each text that comes is written to every connection with one write(2).
//
//   floor PORT SIZE
//
// SIZE is how many bytes each frame carries at least: a text is padded with spaces.
// It has one room, keeps nothing, and answers the handshake of the one key that the
// load generator sends.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define ROOM 4096     // bytes that may wait to be read, and the largest text
#define MOST 60000    // descriptors

static const char welcome[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    "\x81\x0e<i id=\"pulse\">";

struct page {
    int place; // among the members; -1 before the handshake
    int held;
    unsigned char in[ROOM];
};

static struct page *pages[MOST];
static int members[MOST], count, size;

static void send_all(int fd, const void *from, size_t left) {
    const char *at = from;
    while (left > 0) {
        ssize_t n = write(fd, at, left);
        if (n > 0) {
            at += n;
            left -= n;
        } else if (errno == EAGAIN) {
            struct pollfd p = {.fd = fd, .events = POLLOUT};
            poll(&p, 1, -1);
        } else if (errno != EINTR) {
            return; // its reader will see the end
        }
    }
}

static void leave(int fd) {
    int place = pages[fd]->place;
    if (place >= 0) {
        members[place] = members[--count];
        pages[members[place]]->place = place;
    }
    free(pages[fd]);
    pages[fd] = NULL;
    close(fd);
}

static void broadcast(const unsigned char *text, int n) {
    unsigned char frame[4 + ROOM];
    int payload = n > size ? n : size, head = payload < 126 ? 2 : 4;
    frame[0] = 0x81;
    frame[1] = payload < 126 ? payload : 126;
    if (head == 4) {
        frame[2] = payload >> 8;
        frame[3] = payload;
    }
    memcpy(frame + head, text, n);
    memset(frame + head + n, ' ', payload - n);
    for (int i = 0; i < count; i++)
        send_all(members[i], frame, head + payload);
}

// take uses one frame of what is held; 0: it has not come yet; -1: the page has left.
static int take(struct page *p) {
    if (p->held < 6) return 0;
    int n = p->in[1] & 127, head = 6;
    if (n == 126) {
        if (p->held < 8) return 0;
        n = p->in[2] << 8 | p->in[3];
        head = 8;
    }
    if (n > ROOM - 8) return -1;
    if (p->held < head + n) return 0;
    unsigned char *text = p->in + head;
    for (int i = 0; i < n; i++) text[i] ^= text[i % 4 - 4];
    int kind = p->in[0] & 15;
    if (kind == 8) return -1;
    if (kind == 1) broadcast(text, n);
    p->held -= head + n;
    memmove(p->in, text + n, p->held);
    return 1;
}

static void hear(int fd) {
    struct page *p = pages[fd];
    ssize_t n = read(fd, p->in + p->held, ROOM - p->held);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) { leave(fd); return; }
    p->held += n;
    if (p->place < 0) {
        if (!memmem(p->in, p->held, "\r\n\r\n", 4)) return;
        p->held = 0;
        p->place = count;
        members[count++] = fd;
        send_all(fd, welcome, sizeof welcome - 1);
        return;
    }
    int used;
    while ((used = take(p)) > 0) {}
    if (used < 0) leave(fd);
}

static void enter(int epoll, int listener) {
    int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (fd >= MOST || !(pages[fd] = calloc(1, sizeof(struct page)))) { close(fd); return; }
    pages[fd]->place = -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
}

int main(int argc, char **argv) {
    if (argc != 3 || (size = atoi(argv[2])) > ROOM) {
        fprintf(stderr, "floor PORT SIZE\n");
        return 2;
    }
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&here, sizeof here) || listen(listener, 4096)) {
        perror("floor");
        return 1;
    }
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, ready[256];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(epoll, ready, 256, -1);
        for (int i = 0; i < n; i++) {
            if (ready[i].data.fd == listener) enter(epoll, listener);
            else if (pages[ready[i].data.fd]) hear(ready[i].data.fd);
        }
    }
}
