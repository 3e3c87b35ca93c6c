/* Keeps N processes, each of which ends after up to a second and is followed by another: half of them are called as servers
 * of a few projects are, so that projects come and go too. Ends with its standard input. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

static void start(const char *self, unsigned number) {
  if (fork() != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  char title[64];
  snprintf(title, sizeof title, number % 2 ? "gunicorn: master [app%u]" : "job %u", number % 40);
  execl(self, title, (char *)NULL);
  _exit(1);
}

int main(int argc, char **argv) {
  srand((unsigned)getpid());
  if (argc < 2) {
    usleep(rand() % 1000000);
    return 0;
  }
  int count = atoi(argv[1]);
  unsigned number = 0;
  for (int i = 0; i < count; i++) start(argv[0], number++);
  printf("%d\n", (int)getpid());
  fflush(stdout);
  for (;;) {
    fd_set input;
    FD_ZERO(&input);
    FD_SET(0, &input);
    struct timeval soon = {0, 1000};
    if (select(1, &input, NULL, NULL, &soon) > 0) {
      char byte;
      if (read(0, &byte, 1) <= 0) return 0;
    }
    while (waitpid(-1, NULL, WNOHANG) > 0) start(argv[0], number++);
  }
}
