/* Runs a program and lets a file system call of it fail: the way a full disk, a lost permission or a kill would.

   faults FOLDER AT HOW LOG PROGRAM [ARGUMENT...]

   Counts the calls that change something below FOLDER: open for writing, write, rename, link, mkdir, unlink, rmdir, ftruncate.
   From number AT on (1 is the first, 0 none) they fail with the error HOW; `kill` ends the program by SIGKILL in front of
   call AT; `short` lets every write take three bytes at most. The calls are listed in LOG, one a line.
   The kernel asks this program about each such call (seccomp's user notification), so that it does not matter how the
   program makes it. Exits like the program, 137 after a kill, 125 if this does not work here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_FD = -1, NO_PATH = -1 };

/* What is watched: the arguments that hold the folder's descriptor and the path, or the descriptor of a file. */
static const struct {
    int number, dir, path, fd;
    const char *name;
} CALLS[] = {
#ifdef SYS_open
    {SYS_open, NO_FD, 0, NO_FD, "open"},
    {SYS_rename, NO_FD, 1, NO_FD, "rename"},
    {SYS_link, NO_FD, 1, NO_FD, "link"},
    {SYS_mkdir, NO_FD, 0, NO_FD, "mkdir"},
    {SYS_unlink, NO_FD, 0, NO_FD, "unlink"},
    {SYS_rmdir, NO_FD, 0, NO_FD, "rmdir"},
#endif
    {SYS_openat, 0, 1, NO_FD, "open"},
    {SYS_renameat2, 2, 3, NO_FD, "rename"},
    {SYS_renameat, 2, 3, NO_FD, "rename"},
    {SYS_linkat, 2, 3, NO_FD, "link"},
    {SYS_mkdirat, 0, 1, NO_FD, "mkdir"},
    {SYS_unlinkat, 0, 1, NO_FD, "unlink"},
    {SYS_write, NO_FD, NO_PATH, 0, "write"},
    {SYS_ftruncate, NO_FD, NO_PATH, 0, "truncate"},
};
enum { COUNT = sizeof CALLS / sizeof *CALLS };

static void fail(const char *what) {
    fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
    exit(125);
}

static int listener(void) {
    struct sock_filter code[COUNT + 3];
    unsigned at = 0;
    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < COUNT; i++, at++)
        code[at] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, CALLS[i].number, COUNT - i, 0);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = {at, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return -1;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

static void send_fd(int to, int fd) {
    char byte = 0, room[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET, head->cmsg_type = SCM_RIGHTS, head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    if (sendmsg(to, &message, 0) < 0) _exit(125);
}

static int receive_fd(int from) {
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    int fd = -1;
    if (recvmsg(from, &message, 0) <= 0 || !CMSG_FIRSTHDR(&message)) return -1;
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    return fd;
}

static int read_link(char *to, size_t size, const char *format, int pid, int fd) {
    char name[64];
    snprintf(name, sizeof name, format, pid, fd);
    ssize_t length = readlink(name, to, size - 1);
    if (length < 0) return 0;
    to[length] = 0;
    return 1;
}

/* The path that a call is about, absolute. */
static int path_of(const struct seccomp_notif *asked, int call, char *path, size_t size) {
    int pid = asked->pid;
    if (CALLS[call].fd != NO_FD) return read_link(path, size, "/proc/%d/fd/%d", pid, asked->data.args[CALLS[call].fd]);
    char text[4096];
    struct iovec here = {text, sizeof text - 1};
    struct iovec there = {(void *)(uintptr_t)asked->data.args[CALLS[call].path], sizeof text - 1};
    /* A text at the end of a page: as much as there is. */
    ssize_t length = -1;
    for (size_t most = sizeof text - 1; length < 0 && most > 0; most /= 2) {
        here.iov_len = there.iov_len = most;
        length = process_vm_readv(pid, &here, 1, &there, 1, 0);
    }
    if (length < 0) return 0;
    text[length] = 0;
    if (*text == '/') return snprintf(path, size, "%s", text) > 0;
    char folder[4096];
    int dir = CALLS[call].dir == NO_FD ? AT_FDCWD : (int)asked->data.args[CALLS[call].dir];
    if (!read_link(folder, sizeof folder, dir == AT_FDCWD ? "/proc/%d/cwd" : "/proc/%d/fd/%d", pid, dir)) return 0;
    return snprintf(path, size, "%s/%s", folder, text) > 0;
}

/* Whether an open does no more than read. */
static int only_reads(const struct seccomp_notif *asked, int call) {
    if (strcmp(CALLS[call].name, "open")) return 0;
    int flags = asked->data.args[CALLS[call].path + 1];
    return (flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT);
}

/* Writes three bytes in the program's place. */
static long write_short(const struct seccomp_notif *asked, pid_t process_id) {
    char bytes[3];
    size_t size = asked->data.args[2] < sizeof bytes ? asked->data.args[2] : sizeof bytes;
    struct iovec here = {bytes, size}, there = {(void *)(uintptr_t)asked->data.args[1], size};
    if (process_vm_readv(asked->pid, &here, 1, &there, 1, 0) != (ssize_t)size) return -EFAULT;
    int process = syscall(SYS_pidfd_open, process_id, 0);
    int file = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, (int)asked->data.args[0], 0);
    long written = file < 0 ? -EIO : write(file, bytes, size);
    if (process >= 0) close(process);
    if (file >= 0) close(file);
    return written;
}

int main(int argc, char **argv) {
    if (argc < 6) return 125;
    const char *folder = argv[1], *how = argv[3];
    long from = atol(argv[2]), number = 0;
    int error = !strcmp(how, "ENOSPC") ? ENOSPC : !strcmp(how, "EACCES") ? EACCES : !strcmp(how, "EROFS") ? EROFS : !strcmp(how, "EIO") ? EIO : 0;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) fail("socketpair");
    FILE *log = fopen(argv[4], "we");
    if (!log) fail(argv[4]);
    pid_t child = fork();
    if (child == 0) {
        int fd = listener();
        if (fd < 0) _exit(125);
        /* Nobody answers yet, and a message is not watched. */
        send_fd(pair[1], fd);
        close(fd);
        execv(argv[5], argv + 5);
        _exit(125);
    }
    close(pair[1]);
    int notices = receive_fd(pair[0]);
    if (notices < 0) {
        waitpid(child, NULL, 0);
        return 125;
    }
    struct seccomp_notif asked;
    struct pollfd ready = {notices, POLLIN, 0};
    while (poll(&ready, 1, -1) >= 0 && !(ready.revents & POLLHUP)) {
        memset(&asked, 0, sizeof asked);
        if (ioctl(notices, SECCOMP_IOCTL_NOTIF_RECV, &asked)) continue;
        struct seccomp_notif_resp reply = {.id = asked.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
        int call = 0;
        while (CALLS[call].number != asked.data.nr) call++;
        char path[8300];
        int watched = !only_reads(&asked, call) && path_of(&asked, call, path, sizeof path) && !strncmp(path, folder, strlen(folder));
        if (watched) {
            number++;
            fprintf(log, "%s %s\n", CALLS[call].name, path + strlen(folder));
            if (from && number >= from) {
                if (error) {
                    reply.flags = 0, reply.error = -error;
                } else if (!strcmp(how, "kill")) {
                    kill(child, SIGKILL);
                } else if (CALLS[call].number == SYS_write) {
                    long written = write_short(&asked, child);
                    reply.flags = 0;
                    if (written < 0) reply.error = (int)written;
                    else reply.val = written;
                }
            }
        }
        ioctl(notices, SECCOMP_IOCTL_NOTIF_SEND, &reply);
    }
    fclose(log);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
